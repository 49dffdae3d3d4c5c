// Timestamp (RFC 3261 §20.38, §8.2.6.1): when the client sent the request, by its own clock, and how long the
// server took. The number is the sender's business, so it stays text.
#pragma once

#include <string_view>

#include "almon/base/printer.hpp"
#include "almon/sip/grammar.hpp"
#include "almon/sip/header_name.hpp"

namespace almon::sip {

struct Timestamp {
    static constexpr HeaderName name{"Timestamp"};

    std::string_view time;   // seconds, with a fraction perhaps
    std::string_view delay;  // likewise; empty when absent

    [[nodiscard]] static Result<Timestamp> parse(Scanner& in);
    void print(base::Printer& out) const;
};

}  // namespace almon::sip
