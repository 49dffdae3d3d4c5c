#include "almon/sip/digest/client.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

#include "almon/sip/headers/credentials.hpp"

using namespace almon::sip::digest;
using namespace almon::sip;
using namespace almon;

namespace {

constexpr Subject invite{"INVITE", "sip:bob@biloxi.com", "v=0\r\n"};

struct Bob {
    explicit Bob(Choice choice = Choice::strongest) : client({"bob", "biloxi.com", "zanzibar"}, choice) {}

    Advice hear(std::vector<std::string_view> values) {
        std::vector<Challenge> challenges;
        for (const auto value : values) {
            Scanner in(value);
            challenges.push_back(*WwwAuthenticate::parse(in));
        }
        return client.hear(challenges, tries, random);
    }
    std::string answer() {
        std::array<char, 1024> buffer;
        base::Printer out(buffer);
        client.print(invite, out);
        CHECK_FALSE(out.overflowed());
        return std::string(out.view());
    }
    // The value of one parameter of the next answer.
    std::string answered(std::string_view parameter) {
        const auto text = answer();
        Scanner in(text);
        in.take("Digest ");
        const std::array<std::string_view, 1> names{parameter};
        return std::string((*take_auth_parameters(in, names))[0].value_or("absent"));
    }

    base::Random random{1};
    Tries tries;
    Client client;
};

constexpr auto md5 = "Digest realm=\"biloxi.com\", nonce=\"n1\", qop=\"auth\", algorithm=MD5";
constexpr auto sha256 = "Digest realm=\"biloxi.com\", nonce=\"n1\", qop=\"auth\", algorithm=SHA-256";
constexpr auto stale = "Digest realm=\"biloxi.com\", nonce=\"n2\", qop=\"auth\", stale=TRUE";

}  // namespace

TEST_CASE("a challenge is answered for its nonce, with everything that the server needs") {
    Bob bob;
    CHECK_FALSE(bob.client.ready());
    CHECK(bob.hear({"Digest realm=\"biloxi.com\", nonce=\"n1\", opaque=\"\", qop=\"auth,auth-int\", "
                    "algorithm=MD5"}) == Advice::retry);
    CHECK(bob.client.ready());
    const auto text = bob.answer();
    Scanner in(text);
    const auto credentials = Authorization::parse(in);
    REQUIRE(credentials.has_value());
    CHECK(credentials->username == "bob");
    CHECK(credentials->realm == "biloxi.com");
    CHECK(credentials->nonce == "n1");
    CHECK(credentials->uri == invite.uri);
    CHECK(credentials->opaque == "");
    CHECK(credentials->qop == "auth");
    CHECK(credentials->nc == "00000001");
    CHECK(credentials->algorithm == "MD5");
    CHECK(credentials->cnonce->size() >= 22);
    const Exchange exchange{"n1", "00000001", *credentials->cnonce, Qop::auth};
    const Secret secret("bob", "biloxi.com", "zanzibar");
    CHECK(credentials->response == response({}, *secret.ha1(Algorithm::md5), exchange, invite).text());
}

TEST_CASE("a server of RFC 2069 is answered its way (draft-smith-sipping-auth-examples-01 §3.1)") {
    Bob bob;
    CHECK(bob.hear({"Digest realm=\"biloxi.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", "
                    "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""}) == Advice::retry);
    CHECK(bob.answer() ==
          "Digest username=\"bob\", realm=\"biloxi.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", "
          "uri=\"sip:bob@biloxi.com\", response=\"bf57e4e0d0bffc0fbaedce64d59add5e\", "
          "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"");
}

TEST_CASE("requests are counted for each nonce, in eight digits") {
    Bob bob;
    bob.hear({md5});
    for (int i = 1; i < 0x1f; ++i) bob.answer();
    CHECK(bob.answered("nc") == "0000001f");
    bob.hear({stale});
    CHECK(bob.answered("nc") == "00000001");
    bob.tries = {};
    bob.hear({stale});  // the nonce that we have already
    CHECK(bob.answered("nc") == "00000002");
}

TEST_CASE("the strongest algorithm is chosen, or the topmost if told so") {
    Bob strongest, topmost(Choice::topmost);
    strongest.hear({md5, sha256});
    topmost.hear({md5, sha256});
    CHECK(strongest.answered("algorithm") == "SHA-256");
    CHECK(topmost.answered("algorithm") == "MD5");
}

TEST_CASE("what we do not understand is passed over") {
    Bob bob;
    CHECK(bob.hear({"NoOneKnowsThisScheme opaque-data=here",
                    "Digest realm=\"biloxi.com\", nonce=\"n\", qop=\"auth\", algorithm=AKAv1-MD5",
                    "Digest realm=\"biloxi.com\", nonce=\"n\", qop=\"auth-conf\"",
                    "Digest realm=\"biloxi.com\", nonce=\"n\", algorithm=MD5-sess", md5}) == Advice::retry);
    CHECK(bob.answered("nonce") == "n1");
}

TEST_CASE("a challenge that we cannot answer at all is said to be so") {
    Bob bob;
    CHECK(bob.hear({"Digest realm=\"biloxi.com\", nonce=\"n\", qop=\"auth\", algorithm=SHA-3"}) ==
          Advice::unsupported);
    CHECK(bob.hear({"Basic realm=\"biloxi.com\""}) == Advice::foreign_realm);
    CHECK(bob.hear({}) == Advice::foreign_realm);
    CHECK_FALSE(bob.client.ready());
}

// Whoever answers any realm gives strangers a hash to try passwords on (Enable Security ES2021-05).
TEST_CASE("a stranger's realm gets no proof") {
    Bob bob;
    CHECK(bob.hear({"Digest realm=\"evil.example\", nonce=\"n\", qop=\"auth\""}) == Advice::foreign_realm);
    CHECK(bob.hear({"Digest realm=\"Biloxi.com\", nonce=\"n\", qop=\"auth\""}) == Advice::foreign_realm);
    CHECK_FALSE(bob.client.ready());
    CHECK(bob.tries.answered == 0);
}

// CVE-2020-28242: a client that answered every challenge, for ever.
TEST_CASE("credentials that were refused are not sent again") {
    Bob bob;
    CHECK(bob.hear({md5}) == Advice::retry);
    CHECK(bob.hear({"Digest realm=\"biloxi.com\", nonce=\"n9\", qop=\"auth\""}) == Advice::rejected);
    CHECK(bob.tries.answered == 1);
}

TEST_CASE("a stale nonce is replaced, but not for ever") {
    Bob bob;
    CHECK(bob.hear({md5}) == Advice::retry);
    CHECK(bob.hear({stale}) == Advice::retry);
    CHECK(bob.answered("nonce") == "n2");
    CHECK(bob.hear({stale}) == Advice::retry);
    CHECK(bob.hear({stale}) == Advice::exhausted);
    CHECK(bob.tries.answered == Tries::limit);
}

TEST_CASE("a later request starts with the nonce at hand, and may be challenged once more") {
    Bob bob;
    bob.hear({md5});
    bob.answer();
    bob.tries = {};
    CHECK(bob.answered("nc") == "00000002");
    CHECK(bob.hear({"Digest realm=\"biloxi.com\", nonce=\"n3\", qop=\"auth\""}) == Advice::retry);
    CHECK(bob.answered("nonce") == "n3");
}

TEST_CASE("auth-int is used when nothing else is offered") {
    Bob bob;
    bob.hear({"Digest realm=\"biloxi.com\", nonce=\"n\", qop=\"auth-int\""});
    CHECK(bob.answered("qop") == "auth-int");
    CHECK(bob.answered("algorithm") == "absent");  // as in the challenge
}

TEST_CASE("a session variant is answered with one cnonce for all its requests") {
    Bob bob;
    bob.hear({"Digest realm=\"biloxi.com\", nonce=\"n\", qop=\"auth\", algorithm=SHA-256-sess"});
    const auto cnonce = bob.answered("cnonce");
    CHECK(bob.answered("cnonce") == cnonce);
    CHECK(bob.answered("algorithm") == "SHA-256-sess");
    const Exchange exchange{"n", "00000004", cnonce, Qop::auth};
    const Secret secret("bob", "biloxi.com", "zanzibar");
    const auto expected =
        response({Algorithm::sha256, true}, *secret.ha1(Algorithm::sha256), exchange, invite);
    CHECK(bob.answered("response") == expected.text());
}

TEST_CASE("a server that asks for a userhash does not see the name (RFC 7616 §3.4.4)") {
    Bob bob;
    bob.hear({"Digest realm=\"biloxi.com\", nonce=\"n\", qop=\"auth\", algorithm=SHA-256, userhash=true"});
    CHECK(bob.answered("username") == hash(Algorithm::sha256, {"bob:biloxi.com"}).text());
    CHECK(bob.answered("userhash") == "true");
}

TEST_CASE("what was heard may be gone when it is answered") {
    Bob bob;
    {
        std::string passing =
            "Digest realm=\"biloxi.com\", nonce=\"a-nonce-of-some-length\", opaque=\"o\", qop=\"auth\"";
        bob.hear({passing});
        passing.assign(passing.size(), '#');
    }
    CHECK(bob.answered("nonce") == "a-nonce-of-some-length");
    CHECK(bob.answered("opaque") == "o");
}
