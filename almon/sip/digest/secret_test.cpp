#include "almon/sip/digest/secret.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace almon::sip::digest;
using namespace almon;

namespace {

base::Result<Secret> read(std::string_view text) {
    base::Scanner in(text);
    return Secret::parse(in);
}

}  // namespace

TEST_CASE("a secret holds HA1 for every algorithm") {
    const Secret secret("bob", "biloxi.com", "zanzibar");
    CHECK(secret.ha1(Algorithm::md5) ==
          "12af60467a33e8518da5c68bbff12b11");  // draft-smith-sipping-auth-examples-01
    CHECK(secret.ha1(Algorithm::sha256) == hash(Algorithm::sha256, {"bob:biloxi.com:zanzibar"}).text());
    CHECK(secret.ha1(Algorithm::sha512_256) ==
          hash(Algorithm::sha512_256, {"bob:biloxi.com:zanzibar"}).text());
}

TEST_CASE("what a store kept is the same secret") {
    const auto text = base::printed(Secret("alice", "example.com", "\xc3\xa4:\""));
    const auto secret = read(text);
    REQUIRE(secret.has_value());
    CHECK(base::printed(*secret) == text);
}

TEST_CASE("a secret from another server may know one algorithm only") {
    const auto secret = read("MD5=12af60467a33e8518da5c68bbff12b11");
    REQUIRE(secret.has_value());
    CHECK(secret->ha1(Algorithm::md5) == "12af60467a33e8518da5c68bbff12b11");
    CHECK_FALSE(secret->ha1(Algorithm::sha256).has_value());
    CHECK(base::printed(*secret) == "MD5=12af60467a33e8518da5c68bbff12b11");
}

TEST_CASE("an empty secret knows nothing") {
    for (const auto algorithm : algorithms) CHECK_FALSE(Secret().ha1(algorithm).has_value());
    CHECK(base::printed(Secret()).empty());
}

TEST_CASE("what is no secret is refused") {
    const std::string md5 = "MD5=12af60467a33e8518da5c68bbff12b11";
    for (const auto& text : {std::string(), std::string("MD5"), std::string("MD5="), std::string("zanzibar"),
                             std::string("MD5=12af"), std::string("MD4=12af60467a33e8518da5c68bbff12b11"),
                             std::string("MD5=12AF60467A33E8518DA5C68BBFF12B11"), md5 + "00", md5 + " ",
                             md5 + " " + md5, std::string("SHA-256=12af60467a33e8518da5c68bbff12b11")})
        CHECK_FALSE_MESSAGE(read(text).has_value(), text);
}
