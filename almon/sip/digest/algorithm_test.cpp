#include "almon/sip/digest/algorithm.hpp"

#include <doctest/doctest.h>

using namespace almon::sip::digest;

TEST_CASE("algorithms are named as in RFC 7616, without case") {
    for (const auto algorithm : algorithms) CHECK(algorithm_named(name_of(algorithm)) == algorithm);
    CHECK(algorithm_named("sha-512-256") == Algorithm::sha512_256);
    for (const auto text : {"", "SHA256", "SHA-512", "MD5-sess", "MD5 "})
        CHECK_FALSE(algorithm_named(text).has_value());
}

TEST_CASE("the session variants are told from the plain ones") {
    CHECK(recipe_named("MD5") == Recipe{Algorithm::md5, false});
    CHECK(recipe_named("md5-SESS") == Recipe{Algorithm::md5, true});
    CHECK(recipe_named("SHA-256-sess") == Recipe{Algorithm::sha256, true});
    for (const auto text : {"", "-sess", "sess", "MD5-sess-sess", "AKAv1-MD5"})
        CHECK_FALSE(recipe_named(text).has_value());
}

TEST_CASE("hashes come as lower-case digits, as long as the algorithm has them") {
    CHECK(hash(Algorithm::md5, {""}).text() == "d41d8cd98f00b204e9800998ecf8427e");
    CHECK(hash(Algorithm::sha256, {"a", "bc"}).text() ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hash(Algorithm::sha512_256, {"abc"}).text() ==
          "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23");
    CHECK(HexDigest().text().empty());
}
