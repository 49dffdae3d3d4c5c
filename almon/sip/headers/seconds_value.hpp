// What header fields have in common whose whole value is a delta-seconds.
#pragma once

#include <chrono>
#include <cstdint>

#include "almon/base/printer.hpp"
#include "almon/sip/grammar.hpp"
#include "almon/sip/header_name.hpp"

namespace almon::sip {

// `Field` names itself, and the rule to be cited in an Error. What exceeds 2^32-1 is read as 2^32-1 (RFC 3261
// §20.19 gives that range; RFC 4475 §3.1.2.4: an overlarge value alone is survivable).
template <class Field>
struct SecondsValue {
    std::chrono::duration<std::uint32_t> seconds{0};

    [[nodiscard]] static Result<Field> parse(Scanner& in) {
        const auto number = take_saturated(in, Field::rule);
        if (!number) return tl::unexpected(number.error());
        Field field;
        field.seconds = std::chrono::duration<std::uint32_t>(*number);
        return field;
    }
    void print(base::Printer& out) const { out.put_number(seconds.count()); }
};

}  // namespace almon::sip
