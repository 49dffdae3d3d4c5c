// Content-Length (RFC 3261 §20.14).
#pragma once

#include "almon/sip/headers/number_value.hpp"

namespace almon::sip {

struct ContentLength : NumberValue<ContentLength, std::uint32_t> {
    static constexpr HeaderName name{"Content-Length", 'l'};
    static constexpr const char* rule = "RFC 3261 §20.14";
};

}  // namespace almon::sip
