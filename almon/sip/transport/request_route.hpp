// Where a request goes and over which transport (RFC 3263 §4 as far as it needs no DNS).
#pragma once

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

}  // namespace almon::sip
