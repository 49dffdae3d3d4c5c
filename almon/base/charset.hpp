// Sets of octets, made at compile time, asked with one load.
#pragma once

#include <array>
#include <string_view>

namespace almon::base {

class CharSet {
 public:
    constexpr CharSet() = default;
    constexpr explicit CharSet(std::string_view members) {
        for (const char c : members) add(static_cast<unsigned char>(c));
    }
    static constexpr CharSet range(unsigned char from, unsigned char to) {
        CharSet set;
        for (unsigned c = from; c <= to; ++c) set.add(static_cast<unsigned char>(c));
        return set;
    }
    constexpr bool has(char c) const {
        const auto octet = static_cast<unsigned char>(c);
        return members_[octet];
    }
    // The first octet that is not in the set; `end` when all are. Four a turn: for the most part of what is
    // parsed goes through here.
    constexpr const char* skip(const char* from, const char* end) const {
        for (; end - from >= 4; from += 4) {
            if (!has(from[0])) return from;
            if (!has(from[1])) return from + 1;
            if (!has(from[2])) return from + 2;
            if (!has(from[3])) return from + 3;
        }
        while (from != end && has(*from)) ++from;
        return from;
    }
    friend constexpr CharSet operator|(CharSet a, const CharSet& b) {
        for (std::size_t octet = 0; octet < a.members_.size(); ++octet)
            a.members_[octet] |= b.members_[octet];
        return a;
    }
    friend constexpr CharSet operator~(CharSet a) {
        for (auto& member : a.members_) member = !member;
        return a;
    }

 private:
    constexpr void add(unsigned char octet) { members_[octet] = true; }
    std::array<bool, 256> members_{};
};

namespace chars {
inline constexpr CharSet digit = CharSet::range('0', '9');
inline constexpr CharSet alpha = CharSet::range('a', 'z') | CharSet::range('A', 'Z');
inline constexpr CharSet alphanum = digit | alpha;
inline constexpr CharSet hex = digit | CharSet::range('a', 'f') | CharSet::range('A', 'F');
inline constexpr CharSet wsp{" \t"};
}  // namespace chars

constexpr char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// ASCII case-insensitive equality, whatever the locale.
constexpr bool equal_nocase(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    if (a == b) return true;  // mostly
    for (std::size_t i = 0; i < a.size(); ++i)
        if (a[i] != b[i] && to_lower(a[i]) != to_lower(b[i])) return false;
    return true;
}

}  // namespace almon::base
