// What header fields have in common whose values are plain tokens in a comma-separated list.
#pragma once

#include <string_view>

#include "almon/base/printer.hpp"
#include "almon/sip/grammar.hpp"
#include "almon/sip/header_name.hpp"

namespace almon::sip {

// `Field` names itself, and the rule to be cited in an Error.
template <class Field>
struct TokenValue {
    static constexpr bool list = true;

    std::string_view token;

    [[nodiscard]] static Result<Field> parse(Scanner& in) {
        const auto token = take_token(in, Field::rule);
        if (!token) return tl::unexpected(token.error());
        Field field;
        field.token = *token;
        return field;
    }
    void print(base::Printer& out) const { out.put(token); }
};

}  // namespace almon::sip
