// Supported (RFC 3261 §20.37): extensions that the sender understands; may be empty.
#pragma once

#include "almon/sip/headers/token_value.hpp"

namespace almon::sip {

struct Supported : TokenValue<Supported> {
    static constexpr HeaderName name{"Supported", 'k'};
    static constexpr const char* rule = "RFC 3261 §20.37";
    static constexpr bool may_be_empty = true;
};

}  // namespace almon::sip
