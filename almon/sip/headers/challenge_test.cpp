#include "almon/sip/headers/challenge.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace almon::sip;
using almon::base::printed;

namespace {

Result<WwwAuthenticate> read(std::string_view text) {
    Scanner in(text);
    return WwwAuthenticate::parse(in);
}

std::string reprint(std::string_view text) {
    const auto challenge = read(text);
    return challenge ? printed(*challenge) : "refused";
}

}  // namespace

TEST_CASE("the challenge of RFC 3261 §22.2 is understood, folds and all") {
    const auto challenge = read(
        "Digest\r\n        realm=\"biloxi.com\",\r\n        qop=\"auth,auth-int\",\r\n"
        "        nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\",\r\n        "
        "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"");
    REQUIRE(challenge.has_value());
    CHECK(challenge->is_digest());
    CHECK(challenge->realm == "biloxi.com");
    CHECK(challenge->nonce == "dcd98b7102dd2f0e8b11d0f600bfb0c093");
    CHECK(challenge->opaque == "5ccc069c403ebaf9f0171e9517f40e41");
    CHECK_FALSE(challenge->algorithm.has_value());
    CHECK_FALSE(challenge->stale);
}

TEST_CASE("a challenge prints what it read") {
    for (const auto text :
         {"Digest realm=\"r\", nonce=\"n\"", "Digest realm=\"a\\\"b\", nonce=\"\", opaque=\"\"",
          "Digest realm=\"r\", nonce=\"n\", opaque=\"o\", stale=true, algorithm=SHA-512-256, "
          "qop=\"auth,auth-int\", userhash=true",
          "NoOneKnowsThisScheme opaque-data=here", "Negotiate"})
        CHECK(reprint(text) == text);
}

TEST_CASE("lenient forms print as the strict ones") {
    CHECK(reprint("digest  realm=r,nonce=n,stale=FALSE,algorithm=\"MD5\",domain=\"sip:a sip:b\"") ==
          "digest realm=\"r\", nonce=\"n\", algorithm=MD5");
    CHECK(reprint("Digest realm=\"r\", nonce=\"n\", stale=\"TRUE\"") ==
          "Digest realm=\"r\", nonce=\"n\", stale=true");
}

TEST_CASE("the list of qop is read value by value, without case") {
    const auto offers = [](std::string_view qop, std::string_view wanted) {
        Challenge challenge{.qop = qop};
        return challenge.offers_qop(wanted);
    };
    CHECK(offers("auth", "auth"));
    CHECK(offers("Auth-Int , AUTH", "auth"));
    CHECK(offers("auth,auth-int", "auth-int"));
    CHECK(offers(",, auth", "auth"));
    CHECK_FALSE(offers("auth-int", "auth"));
    CHECK_FALSE(offers("", "auth"));
    CHECK_FALSE(Challenge{}.offers_qop("auth"));
}

TEST_CASE("a Digest challenge without realm or nonce is refused") {
    CHECK(read("Digest realm=\"r\"").error().code == Errc::missing_field);
    CHECK(read("Digest nonce=\"n\"").error().code == Errc::missing_field);
    CHECK(read("Digest").error().code == Errc::unexpected_end);
    CHECK(read("").error().code == Errc::unexpected_end);
    CHECK(read("\"Digest\" realm=r").error().offset == 0);
    CHECK(read("Digest,realm=r").error().offset == 6);
}

TEST_CASE("both fields are challenges of their own name") {
    Scanner in("Digest realm=\"r\", nonce=\"n\"");
    CHECK(ProxyAuthenticate::parse(in)->realm == "r");
    CHECK(ProxyAuthenticate::name.matches("proxy-authenticate"));
    CHECK(WwwAuthenticate::name.matches("WWW-Authenticate"));
}
