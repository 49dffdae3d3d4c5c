// CSeq (RFC 3261 §20.16, §8.1.1.5).
#pragma once

#include <cstdint>

#include "almon/base/printer.hpp"
#include "almon/sip/grammar.hpp"
#include "almon/sip/header_name.hpp"
#include "almon/sip/method.hpp"

namespace almon::sip {

struct CSeq {
    static constexpr HeaderName name{"CSeq"};
    // §8.1.1.5: "MUST be less than 2**31".
    static constexpr std::uint32_t max_number = 0x7fff'ffff;

    std::uint32_t number = 0;
    Method method;

    [[nodiscard]] static Result<CSeq> parse(Scanner& in);
    void print(base::Printer& out) const;
};

}  // namespace almon::sip
