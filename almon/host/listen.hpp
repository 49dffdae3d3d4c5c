// Where a server listens, as the configuration and the command line write it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "almon/base/result.hpp"
#include "almon/sip/transport/flow.hpp"
#include "almon/stack/shard.hpp"

namespace almon::host {

struct Listen {
    sip::Transport transport = sip::Transport::udp;
    sip::Endpoint endpoint;  // an unspecified address: all addresses of this machine; port 0: any free one
    friend bool operator==(const Listen&, const Listen&) = default;
};

// "udp:192.0.2.1:5060", "tcp:[2001:db8::1]:5060", "udp:0.0.0.0:5060".
[[nodiscard]] base::Outcome<Listen> parse_listen(std::string_view text);

// The endpoints that it means: on an unspecified address one for each address of this machine.
[[nodiscard]] base::Outcome<std::vector<sip::Endpoint>> endpoints_of(const Listen& listen);

// The domains of a server that was told none: the addresses that phones dial, those that others can dial
// before the loopback, as URIs write them.
std::vector<std::string> domains_of(std::span<const stack::Listener> listeners);

}  // namespace almon::host
