#include "almon/sip/parameters.hpp"

namespace almon::sip {
namespace {

// gen-value: a token, a host or a quoted-string. IPv6 addresses pass without brackets too (RFC 5118 §4.5).
Result<void> take_value(Scanner& in, Parameter& parameter, const char* rule) {
    static constexpr auto value_chars = chars::token | base::CharSet("[]:");
    parameter.value_is_token = false;
    if (in.peek() == '"')
        return take_quoted(in, rule).map([&](std::string_view quoted) { parameter.value = quoted; });
    const auto from = in.position();
    parameter.value_is_token = !in.take_while(chars::token).empty();
    if (in.looking_at(value_chars)) {
        in.take_while(value_chars);
        parameter.value_is_token = false;
    }
    if (in.position() == from) return in.refuse(rule);
    parameter.value = in.since(from);
    return {};
}

}  // namespace

Result<void> take_parameter(Scanner& in, Parameter& parameter, const char* rule) {
    parameter.name = in.take_while(chars::token);
    parameter.value.reset();
    if (parameter.name.empty()) return in.refuse(rule);
    if (!take_separator(in, '=')) return {};
    return take_value(in, parameter, rule);
}

Result<Parameters> Parameters::parse(Scanner& in, const char* rule) {
    return read_into<Parameters>(in, rule);
}

Result<void> Parameters::read(Scanner& in, const char* rule) {
    return read(in, rule, [](const Parameter&) { return Result<void>(); });
}

void Parameters::Iterator::advance() {
    Scanner in(rest_);
    const bool taken = take_separator(in, ';') && take_parameter(in, parameter_.emplace(), "");
    if (!taken) parameter_.reset();
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
