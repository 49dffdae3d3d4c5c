// Subject (RFC 3261 §20.36): what the call is about.
#pragma once

#include "almon/sip/headers/text_value.hpp"

namespace almon::sip {

struct Subject : TextValue<Subject> {
    static constexpr HeaderName name{"Subject", 's'};
};

}  // namespace almon::sip
