// The copy of a request that leaves for one target (RFC 3261 §16.6 steps 2 to 6), as edits of what came in.
// The stack adds the Via.
#pragma once

#include <cstdint>

#include "almon/server/route_information.hpp"
#include "almon/server/targets.hpp"
#include "almon/sip/edits.hpp"

namespace almon::server {

struct Forwarding {
    const sip::Message& request;
    const sip::Envelope& envelope;
    const RouteInformation& route;
    const Target& target;
    std::uint32_t max_breadth;       // RFC 5393 §5.3; 0: leave the field alone
    const stack::Listener* came_by;  // null: not on our path
    const stack::Listener* leaves_by;
    FlowsOfDialog flows = {};
};

void edit_for_target(const Forwarding& forwarding, const Domains& domains, const RouteSigner& signer,
                     sip::Edits& edits);

}  // namespace almon::server
