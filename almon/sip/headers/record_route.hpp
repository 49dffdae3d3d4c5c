// Record-Route (RFC 3261 §20.30).
#pragma once

#include "almon/sip/headers/route.hpp"

namespace almon::sip {

struct RecordRoute : RouteEntry {
    static constexpr HeaderName name{"Record-Route"};
    static constexpr const char* rule = "RFC 3261 §20.30";
    [[nodiscard]] static Result<RecordRoute> parse(Scanner& in) { return read_into<RecordRoute>(in, rule); }
};

}  // namespace almon::sip
