#include "almon/base/crypto/siphash.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace almon::base;

namespace {

// The published vectors: key 00 01 … 0f, text 00 01 … as long as asked for.
constexpr HashKey published_key{0x0706050403020100U, 0x0f0e0d0c0b0a0908U};

std::string counting(std::size_t octets) {
    std::string text;
    for (std::size_t i = 0; i < octets; ++i) text.push_back(static_cast<char>(i));
    return text;
}

std::string length_word(std::size_t octets) {
    return std::string{static_cast<char>(octets)} + std::string(7, '\0');
}

}  // namespace

TEST_CASE("SipHash-2-4 gives the published hashes") {
    const auto hash = [](std::size_t octets) {
        return plain_siphash64<2, 4>(published_key, counting(octets));
    };
    CHECK(hash(0) == 0x726fdb47dd0e0e31U);
    CHECK(hash(1) == 0x74f839c593dc67fdU);
    CHECK(hash(7) == 0xab0200f58b01d137U);
    CHECK(hash(8) == 0x93f5f5799a932462U);
    CHECK(hash(15) == 0xa129ca6149be45e5U);
    CHECK(hash(63) == 0x958a324ceb064572U);
}

TEST_CASE("SipHash-1-3 gives the hashes of the reference implementation") {
    const auto hash = [](std::size_t octets) {
        return plain_siphash64<1, 3>(published_key, counting(octets));
    };
    CHECK(hash(0) == 0xabac0158050fc4dcU);
    CHECK(hash(1) == 0xc9f49bf37d57ca93U);
    CHECK(hash(8) == 0x369095118d299a8eU);
    CHECK(hash(15) == 0xd320d86d2a519956U);
}

TEST_CASE("SipHash-2-4 with 128 bits gives the published hashes") {
    const auto hash = [](std::size_t octets) {
        return plain_siphash128<2, 4>(published_key, counting(octets));
    };
    CHECK(hash(0) == Hash128{0xe6a825ba047f81a3U, 0x930255c71472f66dU});
    CHECK(hash(1) == Hash128{0x44af996bd8c187daU, 0x45fc229b11597634U});
    CHECK(hash(15) == Hash128{0x11a8b03399e99354U, 0xd9c3cf970fec087eU});
}

TEST_CASE("pieces are hashed as lengths and texts filled up to whole words") {
    const auto text =
        length_word(3) + "abc" + std::string(5, '\0') + length_word(8) + "12345678" + length_word(0);
    CHECK(siphash64(published_key, {"abc", "12345678", ""}) == plain_siphash64<1, 3>(published_key, text));
    CHECK(siphash128(published_key, {"abc", "12345678", ""}) == plain_siphash128<2, 4>(published_key, text));
}

TEST_CASE("the same octets cut otherwise hash otherwise") {
    const auto whole = siphash128(published_key, {"abc"});
    CHECK(siphash128(published_key, {"ab", "c"}) != whole);
    CHECK(siphash128(published_key, {"a", "bc"}) != siphash128(published_key, {"ab", "c"}));
    CHECK(siphash128(published_key, {"abc", ""}) != whole);
    CHECK(siphash128(published_key, {"", "abc"}) != siphash128(published_key, {"abc", ""}));
    CHECK(siphash128(published_key, {std::string_view("a\0", 2)}) != siphash128(published_key, {"a"}));
    CHECK(siphash64(published_key, {"a", "bc"}) != siphash64(published_key, {"ab", "c"}));
}

TEST_CASE("another key gives another hash") {
    CHECK(siphash64({1, 2}, {"branch"}) != siphash64({1, 3}, {"branch"}));
    CHECK(siphash128({1, 2}, {"branch"}) != siphash128({2, 2}, {"branch"}));
}
