// Date (RFC 3261 §20.17): an RFC 1123 date, in GMT only.
#pragma once

#include "almon/base/printer.hpp"
#include "almon/base/time.hpp"
#include "almon/sip/grammar.hpp"
#include "almon/sip/header_name.hpp"

namespace almon::sip {

struct Date {
    static constexpr HeaderName name{"Date"};

    base::WallTime time{};  // to the second

    // RFC 4475 §3.1.2.12: another zone than GMT is an error; whoever has no use for the date ignores the
    // field. Names are compared with case (§20.17).
    [[nodiscard]] static Result<Date> parse(Scanner& in);
    void print(base::Printer& out) const;
};

}  // namespace almon::sip
