// Path (RFC 3327 §4).
#pragma once

#include "almon/sip/headers/route.hpp"

namespace almon::sip {

struct Path : RouteEntry {
    static constexpr HeaderName name{"Path"};
    [[nodiscard]] static Result<Path> parse(Scanner& in) { return read_into<Path>(in, "RFC 3327 §4"); }
};

}  // namespace almon::sip
