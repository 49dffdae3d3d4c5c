// Require (RFC 3261 §20.32): extensions that the user agent server has to understand.
#pragma once

#include "almon/sip/headers/token_value.hpp"

namespace almon::sip {

struct Require : TokenValue<Require> {
    static constexpr HeaderName name{"Require"};
    static constexpr const char* rule = "RFC 3261 §20.32";
};

}  // namespace almon::sip
