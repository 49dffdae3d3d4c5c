// Allow (RFC 3261 §20.5): the methods that the sender understands; may be empty.
#pragma once

#include "almon/sip/headers/token_value.hpp"

namespace almon::sip {

struct Allow : TokenValue<Allow> {
    static constexpr HeaderName name{"Allow"};
    static constexpr const char* rule = "RFC 3261 §20.5";
    static constexpr bool may_be_empty = true;
};

}  // namespace almon::sip
