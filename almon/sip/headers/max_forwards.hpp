// Max-Forwards (RFC 3261 §20.22): 0..255.
#pragma once

#include "almon/sip/headers/number_value.hpp"

namespace almon::sip {

struct MaxForwards : NumberValue<MaxForwards, std::uint8_t> {
    static constexpr HeaderName name{"Max-Forwards"};
    static constexpr const char* rule = "RFC 3261 §20.22";
};

}  // namespace almon::sip
