#include "almon/base/crypto/siphash.hpp"

#include <bit>
#include <cstring>

namespace almon::base {

namespace {

template <class Number>
Number load(const char* octets) {
    Number number;
    std::memcpy(&number, octets, sizeof number);
    return number;
}

// Up to eight octets as a little-endian number.
std::uint64_t word_of(std::string_view octets) {
    const auto size = octets.size();
    if (std::endian::native == std::endian::little && size >= 4 && size < 8)  // two loads, which overlap
        return load<std::uint32_t>(octets.data()) |
               std::uint64_t{load<std::uint32_t>(octets.data() + size - 4)} << (8 * (size - 4));
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < size; ++i)
        word |= std::uint64_t{static_cast<unsigned char>(octets[i])} << (8 * i);
    return word;
}

std::uint64_t whole_word(const char* octets) {
    if constexpr (std::endian::native != std::endian::little) return word_of({octets, 8});
    return load<std::uint64_t>(octets);
}

template <int WordRounds, int LastRounds>
class SipHash {
 public:
    explicit SipHash(const HashKey& key, std::uint64_t variant = 0)
        : v0_(key.low ^ 0x736f6d6570736575U),
          v1_(key.high ^ 0x646f72616e646f6dU ^ variant),
          v2_(key.low ^ 0x6c7967656e657261U),
          v3_(key.high ^ 0x7465646279746573U) {}

    void take(std::uint64_t word) {
        v3_ ^= word;
        rounds<WordRounds>();
        v0_ ^= word;
        ++words_;
    }
    // The whole words of the text; what remains is shorter than a word.
    std::string_view take_words(std::string_view text) {
        for (; text.size() >= 8; text.remove_prefix(8)) take(whole_word(text.data()));
        return text;
    }
    // An encoding in which no two lists of pieces look alike: the length, then the text filled up with zeros.
    void take_piece(std::string_view piece) {
        take(piece.size());
        const auto rest = take_words(piece);
        if (!rest.empty()) take(word_of(rest));
    }
    // The last word carries what is left of the text and, on top, the total length modulo 256.
    void end(std::string_view rest = {}) {
        const auto length = words_ * 8 + rest.size();
        take(word_of(rest) | static_cast<std::uint64_t>(length) << 56);
    }
    std::uint64_t draw(std::uint64_t& lane, std::uint64_t constant) {
        lane ^= constant;
        rounds<LastRounds>();
        return v0_ ^ v1_ ^ v2_ ^ v3_;
    }
    std::uint64_t result64() { return draw(v2_, 0xff); }
    Hash128 result128() {
        const auto a = draw(v2_, 0xee);
        return {a, draw(v1_, 0xdd)};
    }

 private:
    template <int Count>
    void rounds() {
        for (int i = 0; i < Count; ++i) {
            v0_ += v1_;
            v1_ = std::rotl(v1_, 13) ^ v0_;
            v0_ = std::rotl(v0_, 32);
            v2_ += v3_;
            v3_ = std::rotl(v3_, 16) ^ v2_;
            v0_ += v3_;
            v3_ = std::rotl(v3_, 21) ^ v0_;
            v2_ += v1_;
            v1_ = std::rotl(v1_, 17) ^ v2_;
            v2_ = std::rotl(v2_, 32);
        }
    }

    std::uint64_t v0_, v1_, v2_, v3_;
    std::size_t words_ = 0;
};

constexpr std::uint64_t wide = 0xee;  // the variant with 128 bits starts elsewhere

}  // namespace

std::uint64_t siphash64(const HashKey& key, std::initializer_list<std::string_view> pieces) {
    SipHash<1, 3> hash(key);
    for (const auto piece : pieces) hash.take_piece(piece);
    hash.end();
    return hash.result64();
}

Hash128 siphash128(const HashKey& key, std::initializer_list<std::string_view> pieces) {
    SipHash<2, 4> hash(key, wide);
    for (const auto piece : pieces) hash.take_piece(piece);
    hash.end();
    return hash.result128();
}

template <int WordRounds, int LastRounds>
std::uint64_t plain_siphash64(const HashKey& key, std::string_view text) {
    SipHash<WordRounds, LastRounds> hash(key);
    hash.end(hash.take_words(text));
    return hash.result64();
}

template <int WordRounds, int LastRounds>
Hash128 plain_siphash128(const HashKey& key, std::string_view text) {
    SipHash<WordRounds, LastRounds> hash(key, wide);
    hash.end(hash.take_words(text));
    return hash.result128();
}

template std::uint64_t plain_siphash64<1, 3>(const HashKey&, std::string_view);
template std::uint64_t plain_siphash64<2, 4>(const HashKey&, std::string_view);
template Hash128 plain_siphash128<2, 4>(const HashKey&, std::string_view);

}  // namespace almon::base
