#include "almon/load/challenge.hpp"

#include <doctest/doctest.h>

using namespace almon;
using namespace almon::load;

namespace {

constexpr Account alice{"alice", "secret"};
constexpr sip::digest::Subject request{"REGISTER", "sip:example.com", {}};

struct Answering {
    std::string to(const std::string& status, const std::string& fields) {
        return answer_challenge("SIP/2.0 " + status + " Prove it\r\n" + fields + "\r\n", alice, request,
                                tries, random);
    }
    sip::digest::Tries tries;
    base::Random random{1};
};

bool holds(const std::string& line, const std::string& part) {
    return line.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a 401 and a 407 are answered in their own fields, in the realm that asks") {
    Answering answering;
    const auto line =
        answering.to("401", "WWW-Authenticate: Digest realm=\"here\", nonce=\"n\", qop=\"auth\"\r\n");
    CHECK(line.starts_with("Authorization: Digest "));
    CHECK(line.ends_with("\r\n"));
    for (const auto* part :
         {"username=\"alice\"", "realm=\"here\"", "nonce=\"n\"", "uri=\"sip:example.com\"", "nc=00000001"})
        CHECK(holds(line, part));
    Answering other;
    CHECK(other.to("407", "Proxy-Authenticate: Digest realm=\"x\", nonce=\"n\"\r\n")
              .starts_with("Proxy-Authorization: Digest "));
}

TEST_CASE("the strongest of several challenges is answered") {
    Answering answering;
    const auto line =
        answering.to("401",
                     "WWW-Authenticate: Digest realm=\"a\", nonce=\"n\", algorithm=MD5\r\n"
                     "WWW-Authenticate: Digest realm=\"a\", nonce=\"n\", algorithm=SHA-256\r\n");
    CHECK(holds(line, "algorithm=SHA-256"));
}

TEST_CASE("a second challenge is answered only when the nonce was stale, and not for ever") {
    const std::string again = "WWW-Authenticate: Digest realm=\"a\", nonce=\"n\"\r\n";
    const std::string stale = "WWW-Authenticate: Digest realm=\"a\", nonce=\"m\", stale=true\r\n";
    Answering answering;
    CHECK_FALSE(answering.to("401", again).empty());
    CHECK(answering.to("401", again).empty());
    int answered = 0;
    while (answered < 10 && !answering.to("401", stale).empty()) ++answered;
    CHECK(answered == sip::digest::Tries::limit - 1);
}

TEST_CASE("what cannot be answered is not") {
    for (const auto* fields :
         {"", "WWW-Authenticate: Basic realm=\"a\"\r\n",
          "Proxy-Authenticate: Digest realm=\"a\", nonce=\"n\"\r\n",
          "WWW-Authenticate: Digest realm=\"a\", nonce=\"n\", algorithm=ROT13\r\n", "broken\r\n"}) {
        CAPTURE(fields);
        CHECK(Answering{}.to("401", fields).empty());
    }
    const auto long_realm =
        "WWW-Authenticate: Digest realm=\"" + std::string(9'000, 'a') + "\", nonce=\"n\"\r\n";
    CHECK(Answering{}.to("401", long_realm).empty());
}
