// User-Agent (RFC 3261 §20.41): what software sent the request.
#pragma once

#include "almon/sip/headers/text_value.hpp"

namespace almon::sip {

struct UserAgent : TextValue<UserAgent> {
    static constexpr HeaderName name{"User-Agent"};
};

}  // namespace almon::sip
