// Server (RFC 3261 §20.35): what software answered.
#pragma once

#include "almon/sip/headers/text_value.hpp"

namespace almon::sip {

struct Server : TextValue<Server> {
    static constexpr HeaderName name{"Server"};
};

}  // namespace almon::sip
