// Where a server listens, as its stack sees it.
#pragma once

#include <string>

#include "almon/sip/transport/flow.hpp"

namespace almon::stack {

// An address that we listen on; sent_by is what our Via says there, "host:port".
struct Listener {
    sip::Transport transport = sip::Transport::udp;
    sip::Endpoint local;
    std::string sent_by;
};

}  // namespace almon::stack
