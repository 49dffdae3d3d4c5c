// The name of a header field, ready to be compared without case and with its compact form (RFC 3261 §7.3.1,
// §7.3.3). A name is hashed where it is declared; no central list of fields exists.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "almon/base/charset.hpp"

namespace almon::sip {

// Of the length and of both ends of the name without case, eight octets each; never 0. Only a filter: matches
// are confirmed octet by octet. The first factor was searched for: with it, the 44 names that are met most
// are of 44 kinds.
constexpr std::uint32_t hash_name(std::string_view name) {
    constexpr auto load = [](const char* octets, std::size_t count) {
        std::uint64_t word = 0;
        if (std::is_constant_evaluated() || std::endian::native == std::endian::big) {
            for (std::size_t i = 0; i < count; ++i)
                word |= std::uint64_t{static_cast<unsigned char>(octets[i])} << (8 * i);
        } else {
            std::memcpy(&word, octets, count);
        }
        return word | (0x2020'2020'2020'2020 >> (64 - 8 * count));
    };
    const auto size = name.size();
    const char* front = name.data();
    std::uint64_t first = 0, last = 0;
    if (size >= 8) {
        first = load(front, 8);
        last = load(front + size - 8, 8);
    } else if (size >= 4) {
        first = load(front, 4);
        last = load(front + size - 4, 4);
    } else if (size > 0) {
        first = load(front, 1);
        last = load(front + size / 2, 1) << 8 | load(front + size - 1, 1);
    }
    const auto mixed = (first + size) * 0x9b18'7b7a'5dae'8723U ^ last * 0xc2b2'ae3d'27d4'eb4fU;
    return static_cast<std::uint32_t>((mixed ^ mixed >> 29) >> 16) | 1U;
}

// Names are of 64 kinds by their hashes. A set of kinds is one word, so most questions whether a name is in a
// set are answered at once.
constexpr std::uint64_t kind_of(std::uint32_t name_hash) {
    return std::uint64_t{1} << (name_hash >> 26);
}

class HeaderName {
 public:
    // `compact`: the one-letter form, or NUL when the field has none.
    constexpr explicit HeaderName(std::string_view full, char compact = '\0')
        : full_(full),
          compact_(compact),
          hash_(hash_name(full)),
          compact_hash_(compact == '\0' ? hash_ : hash_name({&compact, 1})) {}

    constexpr std::string_view text() const { return full_; }
    constexpr std::uint32_t hash() const { return hash_; }
    constexpr std::uint32_t compact_hash() const { return compact_hash_; }  // hash(), when there is none
    // The kinds of both forms: a set, as bits.
    constexpr std::uint64_t kinds() const { return kind_of(hash_) | kind_of(compact_hash_); }
    constexpr bool matches(std::string_view name, std::uint32_t hash) const {
        if (hash == hash_)
            return name == full_ || base::equal_nocase(name, full_);  // mostly as the RFC has it
        return hash == compact_hash_ && name.size() == 1 && base::to_lower(name[0]) == compact_;
    }
    constexpr bool matches(std::string_view name) const { return matches(name, hash_name(name)); }

 private:
    std::string_view full_;
    char compact_;
    std::uint32_t hash_;
    std::uint32_t compact_hash_;
};

}  // namespace almon::sip
