// Which shard has a connection to a peer, for all shards: a phone behind TCP is reached over the connection
// that it opened, whichever shard the kernel gave that to (RFC 3261 §18.1.1, RFC 5626 §5.3). One part a
// shard, which that shard alone writes and any shard reads.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "almon/base/crypto/siphash.hpp"
#include "almon/base/published_map.hpp"
#include "almon/sip/transport/flow.hpp"

namespace almon::server {

class ConnectionTable {
 public:
    // `key`: strangers choose the addresses that are hashed. A shard calls all of these between enter() and
    // leave() of its turn.
    ConnectionTable(base::Epochs& epochs, const base::HashKey& key, std::uint16_t shards);

    // A connection that leads there, if any shard has one open. By the time it is used it may be gone.
    std::optional<sip::ConnectionId> find(sip::Transport transport, const sip::Endpoint& peer) const;

    // Peers with a connection; one that has connections to several shards counts for each.
    std::size_t size() const;

    // On the thread of the connection's shard. Of several to one peer the last that opened is found.
    void opened(const sip::Flow& flow);
    void closed(const sip::Flow& flow);

 private:
    using Key = std::array<char, 20>;
    struct Record {
        Key peer;
        sip::ConnectionId connection;
        std::string_view key() const { return {peer.data(), peer.size()}; }
    };
    using Part = base::PublishedMap<Record>;
    static Key key_of(sip::Transport transport, const sip::Endpoint& peer);
    std::uint64_t hash(const Key& key) const { return base::siphash64(key_, {{key.data(), key.size()}}); }

    base::HashKey key_;
    std::vector<std::unique_ptr<Part>> parts_;
};

}  // namespace almon::server
