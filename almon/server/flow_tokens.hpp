// Flows as words for our Record-Route (RFC 5626 §5.2): how the later requests of a dialog reach a phone that
// only its own connection, or the hole in its NAT, leads to. RouteSigner proves that a word is ours.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "almon/base/crypto/siphash.hpp"
#include "almon/base/printer.hpp"
#include "almon/stack/shard.hpp"
#include "almon/stack/users.hpp"

namespace almon::server {

class FlowTokens {
 public:
    // The listeners must outlive this. `key`: of this process, the same in all its shards.
    FlowTokens(const std::vector<stack::Listener>& listeners, const base::HashKey& key);

    // Hexadecimal digits. Nothing when the flow is of no listener of ours.
    void print(const sip::Flow& flow, base::Printer& out) const;
    // Nullopt for what is no word of ours. A word outlives the process that wrote it, a connection does not:
    // then the flow has none and names the peer alone.
    std::optional<sip::Flow> read(std::string_view word) const;

 private:
    const std::vector<stack::Listener>& listeners_;
    std::uint32_t process_;
};

// True when the request comes straight from a user agent, as far as it tells: one Via, no Record-Route.
bool came_straight(const stack::Arrival& arrival);
// True when what is for the user agent of this request had better take the way by which it came, whatever its
// Contact says: a connection, or a NAT that the user agent does not see through.
bool is_only_reached_back(const stack::Arrival& arrival);

}  // namespace almon::server
