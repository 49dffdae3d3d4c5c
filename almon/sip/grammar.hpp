// The character sets and small productions that all of SIP's grammar is made of (RFC 3261 §25.1).
#pragma once

#include <string>
#include <string_view>

#include "almon/base/charset.hpp"
#include "almon/base/scanner.hpp"

namespace almon::sip {

using base::Errc;
using base::Error;
using base::Result;
using base::Scanner;

namespace chars {
inline constexpr base::CharSet token = base::chars::alphanum | base::CharSet("-.!%*_+`'~");
inline constexpr base::CharSet word = token | base::CharSet("()<>:\\\"/[]?{}");
inline constexpr base::CharSet reserved(";/?:@&=+$,");
inline constexpr base::CharSet unreserved = base::chars::alphanum | base::CharSet("-_.!~*'()");
// What stands unescaped in the user part, in a parameter, in a header of a sip URI.
inline constexpr auto uri_user = unreserved | base::CharSet("&=+$,;?/");
inline constexpr auto uri_parameter = unreserved | base::CharSet("[]/:&+$");
inline constexpr auto uri_header = unreserved | base::CharSet("[]/?:+$");
// qdtext without LWS, quotation mark and backslash; all octets beyond ASCII pass as UTF-8.
inline constexpr base::CharSet quoted = base::CharSet("!") | base::CharSet::range('#', '[') |
                                        base::CharSet::range(']', '~') | base::CharSet::range(0x80, 0xff);
}  // namespace chars

bool is_token(std::string_view text);

// A token; fails with that rule where there is none.
[[nodiscard]] Result<std::string_view> take_token(Scanner& in, const char* rule);

// A quoted-string with its quotes and backslashes; the scanner looks at the opening quote.
[[nodiscard]] Result<std::string_view> take_quoted(Scanner& in, const char* rule);

// delta-seconds and other 32-bit numbers: what is larger is taken as the largest (RFC 3261 §20.19).
[[nodiscard]] Result<std::uint32_t> take_saturated(Scanner& in, const char* rule);

// A Field that reads itself in place, by Result<void> read(in) or read(in, rule) on a fresh one.
template <class Field, class... Rule>
[[nodiscard]] Result<Field> read_into(Scanner& in, Rule... rule) {
    return base::in_place<Field>([&](Field& field) { return field.read(in, rule...); });
}

// The longest run of octets of the set and of %HH escapes.
std::string_view take_escaped(Scanner& in, const base::CharSet& set);

// Skips LWS, the separator and LWS: COMMA, SEMI, EQUAL, SLASH of the grammar. Without the separator nothing
// is consumed.
inline bool take_separator(Scanner& in, char separator) {
    if (!in.take(separator)) {
        const auto before = in.position();
        if (!in.skip_lws()) return false;
        if (!in.take(separator)) {
            in.rewind(before);
            return false;
        }
    }
    in.skip_lws();
    return true;
}

// Skips one value of a comma-separated list, whatever it is: commas in quotes and in <> do not end it.
// Returns it without the blanks round it; the scanner looks at the comma or is done.
std::string_view skip_value(Scanner& in);

// What a quoted-string means: quotes off, quoted-pairs resolved, a fold one blank (RFC 3261 §25.1 LWS). Text
// without quotes is returned as it is.
std::string unquote(std::string_view text);

}  // namespace almon::sip
