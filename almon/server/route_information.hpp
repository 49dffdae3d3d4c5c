// What the Route fields and the Request-URI say about the way of a request, once those that name ourselves
// are taken off (RFC 3261 §16.4).
#pragma once

#include <string_view>
#include <vector>

#include "almon/server/domains.hpp"
#include "almon/server/record_route.hpp"
#include "almon/sip/envelope.hpp"

namespace almon::server {

// Borrows from the message.
struct RouteInformation {
    sip::Uri target;                     // the Request-URI, or the last Route value behind a strict router
    std::vector<std::string_view> hops;  // the Route values that remain, in brackets
    std::size_t own_values = 0;          // topmost Route values that named us
    bool from_strict_router = false;     // target was the last Route value
    bool is_signed = false;              // one of ours bore the signature of this dialog
    bool has_foreign_maddr = false;      // the target is at an maddr that is not ours
    std::string_view flow_ahead;         // where our signed value says that the other side is (FlowTokens)
    sip::Endpoint leave_from;  // the listener that the last of our values names (RFC 5658), if numeric

    bool is_unchanged() const { return own_values == 0 && !from_strict_router; }
};

// Fails when the Request-URI or a Route value cannot be read.
[[nodiscard]] sip::Result<RouteInformation> read_route(const sip::Message& request,
                                                       const sip::Envelope& envelope, const Domains& domains,
                                                       const RouteSigner& signer);

}  // namespace almon::server
