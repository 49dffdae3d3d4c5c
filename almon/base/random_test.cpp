#include "almon/base/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "almon/base/charset.hpp"

using namespace almon::base;

TEST_CASE("the numbers are the key stream of ChaCha20 behind the next key (RFC 8439 A.1, vector 1)") {
    Random random(0);
    CHECK(random.next() == 0x8d4857517c5941daU);  // da 41 59 7c 51 57 48 8d, octets 32 to 39
}

TEST_CASE("a seed of octets and the same seed as a number give the same numbers") {
    std::array<std::byte, 32> octets{};
    octets[0] = std::byte{0x34};
    octets[1] = std::byte{0x12};
    Random from_octets(octets);
    Random from_number(0x1234);
    for (int i = 0; i < 1000; ++i) REQUIRE(from_octets.next() == from_number.next());
}

TEST_CASE("no kilobyte of the stream is like another, and seeds differ") {
    Random random(7);
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 10'000; ++i) seen.insert(random.next());
    CHECK(seen.size() == 10'000);
    CHECK(seen.count(Random(8).next()) == 0);
}

TEST_CASE("large and small pieces are cut from one stream") {
    Random whole(3);
    Random pieces(3);
    std::vector<unsigned char> large(5000);
    whole.fill(large);
    for (std::size_t at = 0; at < large.size(); at += 10) {
        std::array<unsigned char, 10> small;
        pieces.fill(small);
        REQUIRE(std::equal(small.begin(), small.end(), large.begin() + static_cast<long>(at)));
    }
}

TEST_CASE("below() keeps its limit and reaches every number equally often") {
    Random random(1);
    std::array<int, 7> hits{};
    for (int i = 0; i < 70'000; ++i) ++hits.at(random.below(7));
    for (const auto count : hits) CHECK((count > 9'500 && count < 10'500));
    CHECK(random.below(1) == 0);
    // A quarter of all numbers has to be left out; taken modulo, they would make the lower third too
    // frequent.
    constexpr auto third = std::uint64_t{1} << 62;
    int low = 0;
    for (int i = 0; i < 30'000; ++i) low += random.below(3 * third) < third ? 1 : 0;
    CHECK((low > 9'500 && low < 10'500));
}

TEST_CASE("chance() is as frequent as asked for") {
    Random random(2);
    int hits = 0;
    for (int i = 0; i < 100'000; ++i) {
        hits += random.chance(0.3) ? 1 : 0;
        REQUIRE_FALSE(random.chance(0));
        REQUIRE(random.chance(1));
    }
    CHECK((hits > 29'000 && hits < 31'000));
}

TEST_CASE("tokens are letters and digits, all of them, and printed like returned") {
    Random returned(5);
    Random printing(5);
    const auto token = returned.token(10'000);
    std::set<char> used(token.begin(), token.end());
    CHECK(used.size() == 62);
    for (const char c : used) CHECK(chars::alphanum.has(c));

    std::array<char, 32> buffer;
    Printer out(buffer);
    printing.token(out, 16);
    CHECK(out.view() == token.substr(0, 16));
    CHECK(returned.token(16) != returned.token(16));
    CHECK(returned.token(0).empty());
}
