// What challenges and credentials are made of: a scheme and name=value pairs (RFC 3261 §25.1, auth-param).
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "almon/base/printer.hpp"
#include "almon/sip/grammar.hpp"

namespace almon::sip {

// A value, as a token or inside its quotes: the quotes are off, backslashes still in.
using AuthValue = std::optional<std::string_view>;

// Reads the auth-scheme and the blank behind it; a scheme alone is fine, as HTTP has it (RFC 7235 §2.1).
[[nodiscard]] Result<std::string_view> take_auth_scheme(Scanner& in);

// Reads auth-param *(COMMA auth-param), at most limits::parameters. values[i] gets what stands behind
// names[i]; other names are skipped. A name of ours that stands twice is refused: two readers could disagree
// on it.
[[nodiscard]] Result<void> take_auth_parameters(Scanner& in, std::span<const std::string_view> names,
                                                std::span<AuthValue> values);

// The same for a fixed list of names.
template <std::size_t Count>
[[nodiscard]] Result<std::array<AuthValue, Count>> take_auth_parameters(
    Scanner& in, const std::array<std::string_view, Count>& names) {
    std::array<AuthValue, Count> values;
    return take_auth_parameters(in, names, values).map([&] { return values; });
}

// True for the token "true" in any case (stale, userhash).
bool is_true(const AuthValue& value);

// Between text as it is meant and text as it stands inside quotes.
std::string escape_quoted(std::string_view plain);
std::string unescape_quoted(std::string_view inside);

// Writes scheme and parameters with their separators. Values are taken as AuthValue has them, so that what
// was parsed is printed again octet for octet; absent ones are left out.
class AuthWriter {
 public:
    AuthWriter(base::Printer& out, std::string_view scheme) : out_(out) { out_.put(scheme); }
    // All parameters at once, as they came.
    AuthWriter& verbatim(std::string_view parameters);
    AuthWriter& quoted(std::string_view name, const AuthValue& value);
    // As a token; in quotes when it is none.
    AuthWriter& token(std::string_view name, const AuthValue& value);

 private:
    base::Printer& next(std::string_view name);
    base::Printer& out_;
    std::string_view separator_ = " ";
};

}  // namespace almon::sip
