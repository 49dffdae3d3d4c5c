// Retry-After (RFC 3261 §20.33): after how many seconds to try again, why, and for how long one may be
// reached.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "almon/sip/header_name.hpp"
#include "almon/sip/parameters.hpp"

namespace almon::sip {

struct RetryAfter {
    static constexpr HeaderName name{"Retry-After"};

    std::chrono::duration<std::uint32_t> seconds{0};  // beyond 2^32-1 counts as 2^32-1
    std::string_view comment;                         // with its parentheses; empty when there is none
    Parameters parameters;                            // such as duration

    [[nodiscard]] static Result<RetryAfter> parse(Scanner& in);
    void print(Printer& out) const;
};

}  // namespace almon::sip
