// What a shard knows of its stream connections beside their octets: where each leads, and which one leads to
// a peer, so that requests use the connection that is there (RFC 3261 §18.1.1).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "almon/base/crypto/siphash.hpp"
#include "almon/base/hash_index.hpp"
#include "almon/host/letter.hpp"
#include "almon/sip/transport/flow.hpp"

namespace almon::host {

struct Stream {
    sip::Flow flow;
    bool is_open = false;
    std::vector<Sender> hopeful = {};  // who is to be told when it does not open
};

class Streams {
 public:
    // `key`: strangers choose the addresses that are hashed.
    explicit Streams(const base::HashKey& key) : key_(key) {}

    // Pointers hold until the next add() or remove().
    Stream& add(const sip::Flow& flow);
    Stream* find(const sip::ConnectionId& id);
    // Over that transport: what is to be encrypted never goes over a plain connection from the same address.
    Stream* leading_to(sip::Transport transport, const sip::Endpoint& peer);
    std::optional<Stream> remove(const sip::ConnectionId& id);

 private:
    std::uint64_t hash(sip::Transport transport, const sip::Endpoint& peer) const;

    base::HashKey key_;
    std::vector<std::optional<Stream>> streams_;  // by the connection's slot
    base::HashIndex by_peer_;
};

}  // namespace almon::host
