// Where a server listens, as the configuration and the command line write it.
#pragma once

#include <string_view>

#include "almon/base/result.hpp"
#include "almon/sip/transport/flow.hpp"

namespace almon::host {

struct Listen {
    sip::Transport transport = sip::Transport::udp;
    sip::Endpoint endpoint;  // an unspecified address: all addresses of this machine; port 0: any free one
    friend bool operator==(const Listen&, const Listen&) = default;
};

// "udp:192.0.2.1:5060", "tcp:[2001:db8::1]:5060", "udp:0.0.0.0:5060".
[[nodiscard]] base::Outcome<Listen> parse_listen(std::string_view text);

}  // namespace almon::host
