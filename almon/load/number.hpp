// The number of a unit or an invitation, as it stands in tags, branches and Call-IDs: the handle of its
// record, so that whatever comes back leads there without a search.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "almon/base/scanner.hpp"

namespace almon::load {

class Number {
 public:
    static constexpr std::size_t digits = 16;

    explicit Number(std::uint64_t bits) {
        constexpr auto hex = "0123456789abcdef";
        for (auto i = digits; i > 0; --i, bits >>= 4) digits_[i - 1] = hex[bits & 15];
    }
    std::string_view text() const { return {digits_, digits}; }

    // The salt of this run and a number behind it; anything else is not ours.
    static std::optional<std::uint64_t> read(base::Scanner& in, std::string_view salt) {
        if (!in.take(salt)) return {};
        const auto text = in.take_count(digits);
        std::uint64_t bits = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits, 16);
        if (error != std::errc{} || end != text.data() + digits) return {};
        return bits;
    }

 private:
    char digits_[digits];
};

// A decimal number in place.
class Decimal {
 public:
    explicit Decimal(std::uint32_t value)
        : end_(std::to_chars(digits_, digits_ + sizeof digits_, value).ptr) {}
    Decimal(const Decimal&) = delete;
    Decimal& operator=(const Decimal&) = delete;
    std::string_view text() const { return {digits_, static_cast<std::size_t>(end_ - digits_)}; }

 private:
    char digits_[10];
    const char* end_;
};

}  // namespace almon::load
