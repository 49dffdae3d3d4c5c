// Where a request goes and over which transport (RFC 3261 §18.1.1; RFC 3263 §4 as far as it needs no DNS).
#pragma once

#include <cstddef>
#include <optional>

#include "almon/base/result.hpp"
#include "almon/sip/transport/flow.hpp"
#include "almon/sip/uri.hpp"

namespace almon::sip {

struct Target {
    Transport transport = Transport::udp;
    Endpoint endpoint;
    friend bool operator==(const Target&, const Target&) = default;
};

// RFC 3263 §4.1, §4.2 for a sip or sips URI whose host, or maddr, is an address. Transport: that of the URI's
// parameter, else UDP, for sips TLS (and TCP means TLS there, WS means WSS). Port: the URI's or the default.
// Errors: unsupported_scheme; unsupported_value for a name (resolve it first), a multicast address, a
// transport that we do not speak, and sips over UDP. Offsets count from the start of the URI.
[[nodiscard]] base::Result<Target> numeric_target(const Uri& uri);

// A target, and whether it was changed from UDP to TCP because of the request's size. The Via of the request
// names target.transport.
struct RequestRoute {
    Target target;
    bool by_size = false;
    friend bool operator==(const RequestRoute&, const RequestRoute&) = default;
};

// §18.1.1: a request of more than limits::udp_request_octets leaves over TCP instead of UDP, to the same
// endpoint.
RequestRoute route_request(const Target& wanted, std::size_t request_octets);

// §18.1.1: the peer refused the connection. UDP after all, if only the size spoke against it and a datagram
// can carry the request; nullopt: the request has failed.
std::optional<RequestRoute> route_after_refusal(const RequestRoute& refused, std::size_t request_octets);

}  // namespace almon::sip
