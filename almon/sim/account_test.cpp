#include "almon/sim/account.hpp"

#include "almon/sim/test_phone.hpp"

using namespace almon;
using namespace almon::sim;

namespace {

struct Challenged {
    Account account{options_of_alice()};
    base::Random random{1};
    sip::digest::Tries tries;

    bool answers(std::string_view fields) {
        const auto text =
            "SIP/2.0 407 No\r\nCall-ID: c\r\nContent-Length: 0\r\n" + std::string(fields) + "\r\n";
        return account.answers_challenge(sip::Message::parse(text).value(), tries, random);
    }
    std::string credentials() { return account.credentials("Authorization", "BYE", "sip:example.com"); }
};

}  // namespace

TEST_CASE("an account has its contact at its address, with the transport unless that is UDP") {
    const Account udp(options_of_alice()), tcp(options_of_alice(sip::Transport::tcp));
    CHECK(udp.contact() == "sip:alice@192.0.2.2:5060");
    CHECK(tcp.contact() == "sip:alice@192.0.2.2:5060;transport=tcp");
    CHECK(udp.address_of_record() == "<sip:alice@example.com>");
    CHECK(tcp.flow_to_server().peer == endpoint("192.0.2.1:5060"));
    CHECK(tcp.flow_to_server().transport == sip::Transport::tcp);
}

TEST_CASE("credentials are given once somebody has asked in the own realm, be it a registrar or a proxy") {
    for (const auto* name : {"WWW-Authenticate", "Proxy-Authenticate"}) {
        Challenged one;
        CHECK(one.credentials().empty());
        CHECK_FALSE(one.answers(challenge(name, "n0", "example.org")));
        CHECK(one.credentials().empty());
        CHECK(one.answers(challenge(name, "n1")));
        const auto line = one.credentials();
        CHECK(line.starts_with("Authorization: Digest username=\"alice\""));
        CHECK(line.find("nonce=\"n1\"") != line.npos);
        CHECK(line.ends_with("\r\n"));
    }
}

TEST_CASE("who says no to the credentials is not asked again") {
    Challenged one;
    CHECK(one.answers(challenge("WWW-Authenticate", "n1")));
    CHECK_FALSE(one.answers(challenge("WWW-Authenticate", "n2")));
}
