// What header fields have in common whose value is free text (RFC 3261 §25.1 TEXT-UTF8-TRIM).
#pragma once

#include <string_view>

#include "almon/base/printer.hpp"
#include "almon/sip/grammar.hpp"
#include "almon/sip/header_name.hpp"

namespace almon::sip {

// `Field` names itself.
template <class Field>
struct TextValue {
    std::string_view text;  // folds inside stay as they came

    [[nodiscard]] static Result<Field> parse(Scanner& in) {
        Field field;
        field.text = in.take_count(in.rest().size());
        return field;
    }
    void print(base::Printer& out) const { out.put(text); }
};

}  // namespace almon::sip
