// Max-Breadth (RFC 5393 §5.3.3): how many branches may still grow from this request at one time.
#pragma once

#include "almon/sip/headers/number_value.hpp"

namespace almon::sip {

struct MaxBreadth : NumberValue<MaxBreadth, std::uint32_t> {
    static constexpr HeaderName name{"Max-Breadth"};
    static constexpr const char* rule = "RFC 5393 §5.3.3";
};

}  // namespace almon::sip
