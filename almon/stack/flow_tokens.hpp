// Flows as words that others bring back to us (RFC 5626 §5.2): in Record-Route, so that the later requests of
// a dialog reach a phone that only its own connection, or the hole in its NAT, leads to; in our Via, where no
// transaction knows the way back. Whoever writes a word signs it too: a word alone proves nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "almon/base/crypto/siphash.hpp"
#include "almon/base/printer.hpp"
#include "almon/sip/transport/flow.hpp"
#include "almon/stack/listener.hpp"

namespace almon::stack {

class FlowTokens {
 public:
    // The listeners must outlive this. `key`: of this process, the same in all its shards.
    FlowTokens(const std::vector<Listener>& listeners, const base::HashKey& key);

    // Hexadecimal digits. Nothing when the flow is of no listener of ours.
    void print(const sip::Flow& flow, base::Printer& out) const;
    // Nullopt for what is no word of ours. A word outlives the process that wrote it, a connection does not:
    // then the flow has none and names the peer alone.
    std::optional<sip::Flow> read(std::string_view word) const;

 private:
    const std::vector<Listener>& listeners_;
    std::uint32_t process_;
};

}  // namespace almon::stack
