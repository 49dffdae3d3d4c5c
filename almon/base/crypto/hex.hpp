// Octets as lower-case hexadecimal digits (LHEX of RFC 3261 §25.1) and back.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace almon::base {

template <std::size_t Octets>
constexpr std::array<char, 2 * Octets> to_hex(const std::array<unsigned char, Octets>& octets) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<char, 2 * Octets> text{};
    for (std::size_t i = 0; i < Octets; ++i) {
        text[2 * i] = digits[octets[i] >> 4];
        text[2 * i + 1] = digits[octets[i] & 15];
    }
    return text;
}

// The value of a lower-case digit; 16 when it is none.
constexpr unsigned hex_value(char digit) {
    if (digit >= '0' && digit <= '9') return static_cast<unsigned>(digit - '0');
    if (digit >= 'a' && digit <= 'f') return static_cast<unsigned>(digit - 'a') + 10;
    return 16;
}

// False unless the text is two lower-case digits for each of the octets. Upper case is refused, so that each
// value has one spelling.
constexpr bool from_hex(std::string_view text, std::span<unsigned char> octets) {
    if (text.size() != 2 * octets.size()) return false;
    for (std::size_t i = 0; i < octets.size(); ++i) {
        const auto high = hex_value(text[2 * i]);
        const auto low = hex_value(text[2 * i + 1]);
        if (high > 15 || low > 15) return false;
        octets[i] = static_cast<unsigned char>(high << 4 | low);
    }
    return true;
}

}  // namespace almon::base
