#include "almon/base/crypto/mac.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "almon/base/crypto/hex.hpp"

using namespace almon::base;

namespace {

MacKey key_of(unsigned char fill) {
    MacKey key;
    key.fill(fill);
    return key;
}

std::string hex(const Digest<32>& digest) {
    const auto text = to_hex(digest);
    return {text.data(), text.size()};
}

}  // namespace

TEST_CASE("HMAC-SHA-256 gives the value of RFC 4231, test case 1") {
    // The key of RFC 4231 has 20 octets; HMAC fills keys up with zeros, so that ours is the same one.
    MacKey key{};
    for (std::size_t i = 0; i < 20; ++i) key[i] = 0x0b;
    CHECK(hex(Mac(key)({"Hi There"})) == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
}

TEST_CASE("a MAC can be computed again and again, over pieces as over the whole") {
    const Mac mac(key_of(7));
    const auto first = mac({"nonce"});
    CHECK(mac({"other"}) != first);
    CHECK(mac({"no", "", "nce"}) == first);
    CHECK(mac({"nonce"}) == first);
}

TEST_CASE("a moved MAC keeps its key, another key gives another MAC") {
    Mac mac(key_of(7));
    const auto expected = mac({"nonce"});
    const Mac moved = std::move(mac);
    CHECK(moved({"nonce"}) == expected);
    CHECK(Mac(key_of(8))({"nonce"}) != expected);
}

TEST_CASE("equality in constant time is equality") {
    CHECK(equal_constant_time("abc", "abc"));
    CHECK(equal_constant_time("", ""));
    CHECK_FALSE(equal_constant_time("abc", "abd"));
    CHECK_FALSE(equal_constant_time("abc", "abcd"));
    CHECK_FALSE(equal_constant_time("abc", ""));
    const Digest<2> octets{1, 2};
    CHECK(equal_constant_time(octets, Digest<2>{1, 2}));
    CHECK_FALSE(equal_constant_time(octets, Digest<2>{1, 3}));
}
