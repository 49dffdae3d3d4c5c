// Warning (RFC 3261 §20.43): a three-digit code, who warns, and a text for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "almon/base/printer.hpp"
#include "almon/sip/grammar.hpp"
#include "almon/sip/header_name.hpp"

namespace almon::sip {

struct Warning {
    static constexpr HeaderName name{"Warning"};
    static constexpr bool list = true;

    std::uint16_t code = 399;
    std::string_view agent;  // host[:port], or a pseudonym
    std::string_view text;   // a quoted-string, quotes included

    [[nodiscard]] static Result<Warning> parse(Scanner& in);
    void print(base::Printer& out) const;
};

}  // namespace almon::sip
