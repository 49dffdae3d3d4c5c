// SipHash (Aumasson and Bernstein 2012): short keyed hashes for tables that strangers fill. Whoever lacks the
// key can neither aim for collisions nor tell the hash of a text.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace almon::base {

// 128 secret bits: made of random octets, once a process.
struct HashKey {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
};

struct Hash128 {
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    friend bool operator==(const Hash128&, const Hash128&) = default;
};

// For hash tables, whose candidates are confirmed: SipHash-1-3. Each piece counts with its length, so that
// {"ab", "c"} and {"a", "bc"} differ.
std::uint64_t siphash64(const HashKey& key, std::initializer_list<std::string_view> pieces);
// For keys that stand for the text itself: SipHash-2-4 with 128 bits, the pieces told apart likewise.
Hash128 siphash128(const HashKey& key, std::initializer_list<std::string_view> pieces);

// The hashes as published, over one text, to be held against the published vectors. Instantiated for 1-3
// and 2-4: rounds for each word, and at the end.
template <int WordRounds, int LastRounds>
std::uint64_t plain_siphash64(const HashKey& key, std::string_view text);
template <int WordRounds, int LastRounds>
Hash128 plain_siphash128(const HashKey& key, std::string_view text);

}  // namespace almon::base
