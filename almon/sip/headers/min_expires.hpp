// Min-Expires (RFC 3261 §20.23): the shortest interval that a registrar grants, in a 423.
#pragma once

#include "almon/sip/headers/seconds_value.hpp"

namespace almon::sip {

struct MinExpires : SecondsValue<MinExpires> {
    static constexpr HeaderName name{"Min-Expires"};
    static constexpr const char* rule = "RFC 3261 §20.23";
};

}  // namespace almon::sip
