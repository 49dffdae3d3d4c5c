#include "almon/sip/headers/auth_parameters.hpp"

#include <algorithm>

#include "almon/base/limits.hpp"

namespace almon::sip {
namespace {

constexpr auto rule = "RFC 3261 §25.1 auth-param";

struct AuthParameter {
    std::string_view name, value;
};

Result<std::string_view> take_auth_value(Scanner& in) {
    if (in.peek() != '"') return take_token(in, rule);
    return take_quoted(in, rule).map([](std::string_view text) { return text.substr(1, text.size() - 2); });
}

Result<AuthParameter> take_auth_parameter(Scanner& in) {
    const auto name = take_token(in, rule);
    if (!name) return tl::unexpected(name.error());
    if (!take_separator(in, '=')) return in.refuse(rule);
    return take_auth_value(in).map([&](std::string_view value) { return AuthParameter{*name, value}; });
}

}  // namespace

Result<std::string_view> take_auth_scheme(Scanner& in) {
    const auto scheme = take_token(in, "RFC 3261 §25.1 auth-scheme");
    if (scheme && !in.skip_lws() && !in.done()) return in.refuse("RFC 3261 §25.1 auth-scheme LWS");
    return scheme;
}

Result<void> take_auth_parameters(Scanner& in, std::span<const std::string_view> names,
                                  std::span<AuthValue> values) {
    std::size_t count = 0;
    do {
        if (count++ == base::limits::parameters)
            return base::fail(Errc::too_large, in.offset(), "limits::parameters");
        const auto from = in.offset();
        const auto parameter = take_auth_parameter(in);
        if (!parameter) return tl::unexpected(parameter.error());
        const auto same = [&](std::string_view name) { return base::equal_nocase(name, parameter->name); };
        const auto slot = static_cast<std::size_t>(std::ranges::find_if(names, same) - names.begin());
        if (slot == names.size()) continue;
        if (values[slot]) return base::fail(Errc::repeated_field, from, rule);
        values[slot] = parameter->value;
    } while (take_separator(in, ','));
    return {};
}

bool is_true(const AuthValue& value) {
    return value && base::equal_nocase(*value, "true");
}

std::string escape_quoted(std::string_view plain) {
    std::string inside;
    for (const char c : plain) {
        if (c == '"' || c == '\\') inside.push_back('\\');
        inside.push_back(c);
    }
    return inside;
}

std::string unescape_quoted(std::string_view inside) {
    if (inside.find('\\') == std::string_view::npos) return std::string(inside);
    std::string plain;
    for (std::size_t i = 0; i < inside.size(); ++i) {
        if (inside[i] == '\\' && i + 1 < inside.size()) ++i;
        plain.push_back(inside[i]);
    }
    return plain;
}

base::Printer& AuthWriter::next(std::string_view name) {
    out_.put(separator_).put(name).put('=');
    separator_ = ", ";
    return out_;
}

AuthWriter& AuthWriter::verbatim(std::string_view parameters) {
    if (!parameters.empty()) out_.put(separator_).put(parameters);
    return *this;
}

AuthWriter& AuthWriter::quoted(std::string_view name, const AuthValue& value) {
    if (value) next(name).put('"').put(*value).put('"');
    return *this;
}

AuthWriter& AuthWriter::token(std::string_view name, const AuthValue& value) {
    if (value && !is_token(*value)) return quoted(name, value);
    if (value) next(name).put(*value);
    return *this;
}

}  // namespace almon::sip
