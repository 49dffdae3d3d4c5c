#include "almon/sip/parameters.hpp"

namespace almon::sip {
namespace {

// gen-value: a token, a host or a quoted-string. IPv6 addresses pass without brackets too (RFC 5118 §4.5).
Result<std::string_view> take_value(Scanner& in, const char* rule) {
    static constexpr auto value_chars = chars::token | base::CharSet("[]:");
    if (in.peek() == '"') return take_quoted(in, rule);
    const auto value = in.take_while(value_chars);
    if (value.empty()) return in.refuse(rule);
    return value;
}

}  // namespace

Result<std::optional<Parameter>> take_parameter(Scanner& in, const char* rule) {
    if (!take_separator(in, ';')) return std::optional<Parameter>();
    const auto name = in.take_while(chars::token);
    if (name.empty()) return in.refuse(rule);
    if (!take_separator(in, '=')) return Parameter{name, {}};
    const auto value = take_value(in, rule);
    if (!value) return tl::unexpected(value.error());
    return Parameter{name, *value};
}

Result<Parameters> Parameters::parse(Scanner& in, const char* rule) {
    return parse(in, rule, [](const Parameter&) { return Result<void>(); });
}

void Parameters::Iterator::advance() {
    Scanner in(rest_);
    const auto next = take_parameter(in, "");
    parameter_ = next ? *next : std::nullopt;
    rest_ = parameter_ ? in.rest() : std::string_view();
}

std::optional<Parameter> Parameters::find(std::string_view name) const {
    for (const auto& parameter : *this)
        if (base::equal_nocase(parameter.name, name)) return parameter;
    return {};
}

std::optional<std::string_view> Parameters::value(std::string_view name) const {
    const auto found = find(name);
    return found ? found->value : std::nullopt;
}

void Parameters::print(Printer& out) const {
    for (const auto& parameter : *this) {
        out.put(';').put(parameter.name);
        if (parameter.value) out.put('=').put(*parameter.value);
    }
}

}  // namespace almon::sip
