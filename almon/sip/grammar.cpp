#include "almon/sip/grammar.hpp"

#include <algorithm>
#include <limits>

namespace almon::sip {
namespace {

// A quoted string, something in <>, or a run of anything else. What is opened and never closed takes all the
// rest: so no text is read twice.
void skip_element(Scanner& in) {
    static constexpr base::CharSet special("\",<");
    if (!in.take_until(special).empty()) return;
    if (in.peek() == '"' ? take_quoted(in, "").has_value() : in.rest().find('>') != std::string_view::npos) {
        if (in.peek() == '<') in.take_count(in.rest().find('>') + 1);
        return;
    }
    in.take_count(in.rest().size());
}

}  // namespace

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return chars::token.has(c); });
}

Result<std::string_view> take_token(Scanner& in, const char* rule) {
    const auto token = in.take_while(chars::token);
    if (token.empty()) return in.refuse(rule);
    return token;
}

Result<std::string_view> take_quoted(Scanner& in, const char* rule) {
    static constexpr auto quoted = chars::quoted | base::chars::wsp;
    const auto from = in.position();
    const auto opening = in.offset();
    if (!in.take('"')) return in.refuse(rule);
    for (;;) {
        in.take_while(quoted);
        if (in.take('"')) return in.since(from);
        if (in.peek() == '\\' && in.peek(1) != '\r' && in.peek(1) != '\n') {
            if (in.take_count(2).size() < 2) return base::fail(Errc::unexpected_end, opening, rule);
        } else if (!in.skip_lws()) {
            return in.done() ? base::fail(Errc::unexpected_end, opening, rule) : in.refuse(rule);
        }
    }
}

Result<std::uint32_t> take_saturated(Scanner& in, const char* rule) {
    constexpr auto largest = std::numeric_limits<std::uint32_t>::max();
    auto number = in.number(largest, rule);
    if (number) return static_cast<std::uint32_t>(*number);
    if (number.error().code != Errc::number_too_large) return tl::unexpected(number.error());
    in.take_while(base::chars::digit);
    return largest;
}

std::string_view take_escaped(Scanner& in, const base::CharSet& set) {
    const auto from = in.position();
    const auto& hex = base::chars::hex;
    for (;;) {
        in.take_while(set);
        if (in.peek() != '%' || !hex.has(in.peek(1)) || !hex.has(in.peek(2))) return in.since(from);
        in.take_count(3);
    }
}

std::string_view skip_value(Scanner& in) {
    static constexpr base::CharSet space(" \t\r\n");
    in.skip_lws();
    const auto from = in.position();
    const auto up_to_comma = in.rest().substr(0, in.rest().find(','));
    if (up_to_comma.find('"') == up_to_comma.npos && up_to_comma.find('<') == up_to_comma.npos)
        in.take_count(up_to_comma.size());  // the usual case
    while (!in.done() && in.peek() != ',') skip_element(in);
    auto value = in.since(from);
    while (!value.empty() && space.has(value.back())) value.remove_suffix(1);
    return value;
}

std::string unquote(std::string_view text) {
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
    std::string plain;
    plain.reserve(text.size() - 2);
    Scanner in(text.substr(1, text.size() - 2));
    while (!in.done()) {
        const auto from = in.position();
        if (in.skip_lws()) {
            const auto blanks = in.since(from);
            plain += blanks.find('\n') == blanks.npos ? blanks : " ";
        } else {
            if (in.peek() == '\\' && in.rest().size() > 1) in.take_count(1);
            plain += in.take_count(1);
        }
    }
    return plain;
}

}  // namespace almon::sip
