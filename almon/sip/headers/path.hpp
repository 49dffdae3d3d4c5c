// Path (RFC 3327 §4).
#pragma once

#include "almon/sip/headers/route.hpp"

namespace almon::sip {

struct Path : RouteEntry {
    static constexpr HeaderName name{"Path"};
    static constexpr const char* rule = "RFC 3327 §4";
    [[nodiscard]] static Result<Path> parse(Scanner& in) { return read_into<Path>(in, rule); }
};

}  // namespace almon::sip
