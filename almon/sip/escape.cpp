#include "almon/sip/escape.hpp"

#include "almon/sip/grammar.hpp"

namespace almon::sip {
namespace {

struct Octet {
    char value;
    bool is_escaped_reserved;
    friend bool operator==(const Octet&, const Octet&) = default;
};

unsigned hex_value(char c) {
    return static_cast<unsigned>(base::chars::digit.has(c) ? c - '0' : base::to_lower(c) - 'a' + 10);
}

// The next octet, escaped or not. A "%" that begins no escape stands for itself.
Octet take_octet(Scanner& in) {
    const auto& hex = base::chars::hex;
    if (in.peek() != '%' || !hex.has(in.peek(1)) || !hex.has(in.peek(2)))
        return {in.take_count(1).front(), false};
    const auto digits = in.take_count(3);
    const auto value = static_cast<char>(hex_value(digits[1]) << 4 | hex_value(digits[2]));
    return {value, chars::reserved.has(value)};
}

std::string escape(std::string_view octets, const base::CharSet& allowed) {
    constexpr auto digits = "0123456789ABCDEF";
    std::string text;
    text.reserve(octets.size());
    for (const char c : octets) {
        if (allowed.has(c)) {
            text.push_back(c);
        } else {
            const auto octet = static_cast<unsigned char>(c);
            text.append({'%', digits[octet >> 4], digits[octet & 15]});
        }
    }
    return text;
}

}  // namespace

std::string unescape(std::string_view text) {
    std::string plain;
    plain.reserve(text.size());
    for (Scanner in(text); !in.done();) plain.push_back(take_octet(in).value);
    return plain;
}

std::string escape_user(std::string_view octets) {
    return escape(octets, chars::uri_user);
}
std::string escape_parameter(std::string_view octets) {
    return escape(octets, chars::uri_parameter);
}
std::string escape_header(std::string_view octets) {
    return escape(octets, chars::uri_header);
}

bool same_component(std::string_view a, std::string_view b, LetterCase letter_case) {
    Scanner left(a), right(b);
    while (!left.done() && !right.done()) {
        auto one = take_octet(left), other = take_octet(right);
        if (letter_case == LetterCase::ignored) {
            one.value = base::to_lower(one.value);
            other.value = base::to_lower(other.value);
        }
        if (one != other) return false;
    }
    return left.done() && right.done();
}

std::optional<UriPair> UriPairs::next() {
    if (rest_.starts_with(separator_)) rest_.remove_prefix(1);
    if (rest_.empty()) return {};
    const auto pair = rest_.substr(0, rest_.find(separator_));
    rest_.remove_prefix(pair.size());
    const auto equals = pair.find('=');
    if (equals == pair.npos) return UriPair{pair, {}};
    return UriPair{pair.substr(0, equals), pair.substr(equals + 1)};
}

}  // namespace almon::sip
