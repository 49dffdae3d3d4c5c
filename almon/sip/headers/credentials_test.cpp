#include "almon/sip/headers/credentials.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace almon::sip;
using almon::base::printed;

namespace {

Result<Authorization> read(std::string_view text) {
    Scanner in(text);
    auto parsed = Authorization::parse(in);
    in.skip_lws();
    if (parsed && !in.done()) return in.refuse("RFC 3261 §7.3.1");
    return parsed;
}

std::string reprint(std::string_view text) {
    const auto credentials = read(text);
    return credentials ? printed(*credentials) : "refused";
}

const std::string minimal = "Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"sip:x\", response=\"0\"";

}  // namespace

TEST_CASE("the credentials of RFC 3261 §22.2 are understood") {
    const auto credentials = read(
        "Digest username=\"bob\",\r\n        realm=\"biloxi.com\",\r\n"
        "        nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\",\r\n        uri=\"sip:bob@biloxi.com\",\r\n"
        "        qop=auth,\r\n        nc=00000001,\r\n        cnonce=\"0a4f113b\",\r\n"
        "        response=\"6629fae49393a05397450978507c4ef1\",\r\n"
        "        opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"");
    REQUIRE(credentials.has_value());
    CHECK(credentials->username == "bob");
    CHECK(credentials->realm == "biloxi.com");
    CHECK(credentials->nonce == "dcd98b7102dd2f0e8b11d0f600bfb0c093");
    CHECK(credentials->uri == "sip:bob@biloxi.com");
    CHECK(credentials->qop == "auth");
    CHECK(credentials->nc == "00000001");
    CHECK(credentials->cnonce == "0a4f113b");
    CHECK(credentials->response == "6629fae49393a05397450978507c4ef1");
    CHECK(credentials->opaque == "5ccc069c403ebaf9f0171e9517f40e41");
    CHECK_FALSE(credentials->algorithm.has_value());
}

TEST_CASE("the unknown scheme of RFC 4475 §3.3.7 is no Digest, and no fault") {
    const auto credentials = read("NoOneKnowsThisScheme opaque-data=here");
    REQUIRE(credentials.has_value());
    CHECK_FALSE(credentials->is_digest());
    CHECK(credentials->scheme == "NoOneKnowsThisScheme");
    CHECK(credentials->other == "opaque-data=here");
}

TEST_CASE("credentials print what they read") {
    const auto full =
        minimal +
        ", algorithm=SHA-256-sess, cnonce=\"c\", opaque=\"\", qop=auth-int, nc=0000000a, userhash=true";
    for (const auto& text : {minimal, full, std::string("Bearer abc.def=="), std::string("Basic")})
        CHECK(reprint(text) == text);
    CHECK(reprint("Digest response=0,uri=\"sip:x\",qop=\"auth\",nonce=n,realm=r,username=u,x=y") ==
          minimal + ", qop=auth");
}

TEST_CASE("malformed credentials are refused, never misread") {
    // CVE-2023-28098: a parser that ran past the end of "Digest" followed by nothing of use.
    for (const auto text : {"",
                            " ",
                            "Digest",
                            "Digest ",
                            "Digest\t\r\n ",
                            "Digest ,",
                            "Digest =",
                            "Digest \"",
                            "Digest username",
                            "Digest username=",
                            "Digest username=\"",
                            "Digest username=\"\\",
                            "Digest username=\"u\"",
                            "Digest username=\"u\",",
                            "Digest username=\"u\" realm=\"r\"",
                            "Digest username=u;realm=r",
                            "Digest, username=\"u\"",
                            "Digest=\"u\"",
                            "Digest username=\"u\",,realm=\"r\"",
                            "(comment) realm=r",
                            "Digest username==u",
                            "Digest username=\"u\"x,realm=r"})
        CHECK_MESSAGE(reprint(text) == "refused", text);
}

TEST_CASE("Digest credentials cut short anywhere are refused") {
    for (std::size_t size = std::string_view("Digest").size(); size < minimal.size(); ++size)
        CHECK_FALSE(read(minimal.substr(0, size)).has_value());
    CHECK(read(minimal).has_value());
}

TEST_CASE("any octet may be wrong without harm") {
    for (std::size_t at = 0; at < minimal.size(); ++at)
        for (int octet = 0; octet < 256; ++octet) {
            auto text = minimal;
            text[at] = static_cast<char>(octet);
            if (const auto credentials = read(text))
                REQUIRE(reprint(printed(*credentials)) == printed(*credentials));
        }
}

TEST_CASE("each of the five mandatory parameters is missed") {
    for (const auto missing : {"username=\"u\", ", "realm=\"r\", ", "nonce=\"n\", ", "uri=\"sip:x\", "}) {
        auto text = minimal;
        text.erase(text.find(missing), std::string_view(missing).size());
        CHECK(read(text).error().code == Errc::missing_field);
    }
    CHECK(read("Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"sip:x\"").error().code ==
          Errc::missing_field);
}

TEST_CASE("a parameter that stands twice is refused: a second username would be another user") {
    CHECK(read(minimal + ", username=\"v\"").error().code == Errc::repeated_field);
    CHECK(read(minimal + ", USERNAME=\"u\"").error().code == Errc::repeated_field);
}

TEST_CASE("both fields are credentials of their own name") {
    Scanner in(minimal);
    CHECK(ProxyAuthorization::parse(in)->username == "u");
    CHECK(ProxyAuthorization::name.matches("proxy-authorization"));
    CHECK(Authorization::name.matches("Authorization"));
}
