// What header fields have in common whose whole value is one decimal number.
#pragma once

#include <cstdint>
#include <limits>

#include "almon/base/printer.hpp"
#include "almon/sip/grammar.hpp"
#include "almon/sip/header_name.hpp"

namespace almon::sip {

// `Field` names itself, and the rule to be cited in an Error. A number beyond Number is an error.
template <class Field, class Number>
struct NumberValue {
    Number number = 0;

    [[nodiscard]] static Result<Field> parse(Scanner& in) {
        const auto digits = in.number(std::numeric_limits<Number>::max(), Field::rule);
        if (!digits) return tl::unexpected(digits.error());
        Field field;
        field.number = static_cast<Number>(*digits);
        return field;
    }
    void print(base::Printer& out) const { out.put_number(number); }
};

}  // namespace almon::sip
