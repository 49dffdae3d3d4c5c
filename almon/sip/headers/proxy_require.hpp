// Proxy-Require (RFC 3261 §20.29): extensions that every proxy on the way has to understand.
#pragma once

#include "almon/sip/headers/token_value.hpp"

namespace almon::sip {

struct ProxyRequire : TokenValue<ProxyRequire> {
    static constexpr HeaderName name{"Proxy-Require"};
    static constexpr const char* rule = "RFC 3261 §20.29";
};

}  // namespace almon::sip
