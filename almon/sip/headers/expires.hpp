// Expires (RFC 3261 §20.19), in seconds.
#pragma once

#include "almon/sip/headers/seconds_value.hpp"

namespace almon::sip {

struct Expires : SecondsValue<Expires> {
    static constexpr HeaderName name{"Expires"};
    static constexpr const char* rule = "RFC 3261 §20.19";
};

}  // namespace almon::sip
