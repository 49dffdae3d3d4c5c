// Unsupported (RFC 3261 §20.40): extensions that a 420 refuses.
#pragma once

#include "almon/sip/headers/token_value.hpp"

namespace almon::sip {

struct Unsupported : TokenValue<Unsupported> {
    static constexpr HeaderName name{"Unsupported"};
    static constexpr const char* rule = "RFC 3261 §20.40";
};

}  // namespace almon::sip
