#include "almon/sip/digest/server.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

#include "almon/sip/digest/client.hpp"
#include "almon/sip/headers/challenge.hpp"

using namespace almon::sip::digest;
using namespace almon::sip;
using namespace almon;
using namespace std::chrono_literals;

namespace {

constexpr base::Instant start(10s);
constexpr Subject invite{"INVITE", "sip:bob@example.com", "v=0\r\n"};

// A server of example.com, and alice with her password.
struct Exchanged {
    explicit Exchanged(std::vector<Algorithm> offered = {Algorithm::md5})
        : server("example.com", std::move(offered), ledger, random) {}

    std::string challenge(Stale stale = Stale::no, base::Instant now = start) {
        std::array<char, 1024> buffer;
        base::Printer out(buffer);
        server.challenge(WwwAuthenticate::name, stale, now, out);
        return std::string(out.view());
    }
    std::string nonce(base::Instant now = start) {
        const auto line = challenge(Stale::no, now);
        return line.substr(line.find("nonce=\"") + 7, Nonce::digits);
    }
    // Right credentials for an INVITE, with these members changed before they are sent.
    template <class Change>
    Verdict verify(Change change, const Secret* secret, base::Instant now = start) {
        const auto fresh = nonce();
        const Exchange exchange{fresh, "00000001", "0a4f113b", Qop::auth};
        const auto proof = response({}, *alice.ha1(Algorithm::md5), exchange, invite);
        Credentials credentials{.scheme = "Digest",
                                .username = "alice",
                                .realm = "example.com",
                                .nonce = fresh,
                                .uri = invite.uri,
                                .response = proof.text(),
                                .cnonce = "0a4f113b",
                                .qop = "auth",
                                .nc = "00000001"};
        change(credentials);
        return server.verify(credentials, invite, secret, now);
    }
    template <class Change>
    Finding finding(Change change) {
        return verify(change, &alice).finding;
    }

    base::Random random{1};
    NonceLedger ledger{base::MacKey{1}, 0, start};
    Secret alice{"alice", "example.com", "wonderland"};
    Server server;
};

constexpr auto unchanged = [](Credentials&) {};

}  // namespace

TEST_CASE("a challenge is one line for each algorithm, in order, with one nonce") {
    Exchanged both({Algorithm::sha256, Algorithm::md5});
    const auto lines = both.challenge(Stale::yes);
    const auto nonce = lines.substr(lines.find("nonce=\"") + 7, Nonce::digits);
    const auto line = [&](std::string_view algorithm) {
        return "WWW-Authenticate: Digest realm=\"example.com\", nonce=\"" + nonce +
               "\", stale=true, algorithm=" + std::string(algorithm) + ", qop=\"auth\"\r\n";
    };
    CHECK(lines == line("SHA-256") + line("MD5"));
}

TEST_CASE("stale is said only when it is true") {
    CHECK(Exchanged().challenge().find("stale") == std::string::npos);
}

TEST_CASE("whoever knows the password is let in, once for each count") {
    Exchanged desk;
    const auto fresh = desk.nonce();
    const auto reuse = [&](Credentials& credentials) { credentials.nonce = fresh; };
    const Exchange exchange{fresh, "00000001", "0a4f113b", Qop::auth};
    const auto proof = response({}, *desk.alice.ha1(Algorithm::md5), exchange, invite);
    const auto right = [&](Credentials& credentials) {
        reuse(credentials);
        credentials.response = proof.text();
    };
    CHECK(desk.finding(unchanged) == Finding::ok);
    CHECK(desk.finding(reuse) == Finding::wrong);  // the response belongs to another nonce
    CHECK(desk.finding(right) == Finding::ok);
    CHECK(desk.finding(right) == Finding::stale);
    CHECK(desk.ledger.size() == 2);
}

TEST_CASE("all algorithms offered are accepted, others are not") {
    Exchanged desk({Algorithm::sha512_256, Algorithm::sha256});
    for (const auto algorithm : algorithms) {
        const auto fresh = desk.nonce();
        const Exchange exchange{fresh, "00000001", "0a4f113b", Qop::auth};
        const auto proof = response({algorithm}, *desk.alice.ha1(algorithm), exchange, invite);
        const auto finding = desk.finding([&](Credentials& credentials) {
            credentials.nonce = fresh;
            credentials.algorithm = name_of(algorithm);
            credentials.response = proof.text();
        });
        CHECK(finding == (algorithm == Algorithm::md5 ? Finding::unsupported : Finding::ok));
    }
    CHECK(desk.finding(unchanged) == Finding::unsupported);  // no algorithm means MD5
}

TEST_CASE("auth-int protects the body") {
    Exchanged desk;
    const auto fresh = desk.nonce();
    const auto finding_of = [&](std::string_view body) {
        const Exchange exchange{fresh, "00000001", "0a4f113b", Qop::auth_int};
        const auto proof =
            response({}, *desk.alice.ha1(Algorithm::md5), exchange, {invite.method, invite.uri, body});
        return desk.finding([&](Credentials& credentials) {
            credentials.nonce = fresh;
            credentials.qop = "auth-int";
            credentials.response = proof.text();
        });
    };
    CHECK(finding_of("v=1\r\n") == Finding::wrong);
    CHECK(finding_of(invite.body) == Finding::ok);
}

TEST_CASE("an unknown user and a wrong password look alike") {
    Exchanged desk;
    const Secret other("alice", "example.com", "looking-glass");
    const auto unknown = desk.verify(unchanged, nullptr);
    const auto wrong = desk.verify(unchanged, &other);
    CHECK(unknown.finding == Finding::wrong);
    CHECK(wrong.finding == Finding::wrong);
    CHECK(std::string_view(unknown.rule) == wrong.rule);
    CHECK(desk.ledger.size() == 0);
}

TEST_CASE("a secret without the algorithm matches nothing") {
    Exchanged desk;
    const Secret none;
    CHECK(desk.verify(unchanged, &none).finding == Finding::wrong);
}

TEST_CASE("a nonce that is old, or not ours, is stale; the password is not looked at") {
    Exchanged desk;
    CHECK(desk.verify(unchanged, &desk.alice, start + 301s).finding == Finding::stale);
    CHECK(desk.verify(unchanged, nullptr, start + 301s).finding == Finding::stale);
    CHECK(desk.finding([](Credentials& c) { c.nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093"; }) ==
          Finding::stale);
    CHECK(desk.finding([](Credentials& c) { c.nc = "00000002"; }) == Finding::stale);
    CHECK(desk.finding([](Credentials& c) { c.nc = "00000000"; }) == Finding::stale);
}

TEST_CASE("what we did not offer is unsupported: it deserves a challenge") {
    Exchanged desk;
    CHECK(desk.finding([](Credentials& c) { c.scheme = "Basic"; }) == Finding::unsupported);
    CHECK(desk.finding([](Credentials& c) { c.realm = "example.org"; }) == Finding::unsupported);
    CHECK(desk.finding([](Credentials& c) { c.realm = "Example.com"; }) == Finding::unsupported);
    CHECK(desk.finding([](Credentials& c) { c.algorithm = "MD5-sess"; }) == Finding::unsupported);
    CHECK(desk.finding([](Credentials& c) { c.algorithm = "SHA-256"; }) == Finding::unsupported);
    CHECK(desk.finding([](Credentials& c) { c.algorithm = "AKAv1-MD5"; }) == Finding::unsupported);
    CHECK(desk.finding([](Credentials& c) { c.userhash = true; }) == Finding::unsupported);
    CHECK(desk.finding([](Credentials& c) { c.qop.reset(); }) == Finding::unsupported);
    CHECK(desk.finding([](Credentials& c) { c.qop = "auth-conf"; }) == Finding::unsupported);
}

TEST_CASE("what makes no sense is malformed, and says which rule it breaks") {
    Exchanged desk;
    CHECK(desk.finding([](Credentials& c) { c.nc.reset(); }) == Finding::malformed);
    for (const auto nc : {"", "1", "0000001", "000000001", "0000000g", "-0000001", "+0000001", "0x000001"})
        CHECK(desk.finding([&](Credentials& c) { c.nc = nc; }) == Finding::malformed);
    CHECK(desk.finding([](Credentials& c) { c.cnonce.reset(); }) == Finding::malformed);
    CHECK(desk.finding([](Credentials& c) { c.cnonce = ""; }) == Finding::malformed);
    CHECK(desk.finding([](Credentials& c) { c.response = ""; }) == Finding::malformed);
    CHECK(desk.finding([](Credentials& c) { c.response = c.response.substr(1); }) == Finding::malformed);
    CHECK(desk.finding([](Credentials& c) { c.uri = ""; }) == Finding::malformed);
    CHECK(desk.finding([](Credentials& c) { c.uri = "/dir/index.html"; }) == Finding::malformed);
    const auto verdict = desk.verify([](Credentials& c) { c.nc = "1"; }, &desk.alice);
    CHECK(std::string_view(verdict.rule) == "RFC 7616 §3.4: nc is eight hexadecimal digits");
}

TEST_CASE(
    "the digest-uri may differ from the Request-URI, which proxies rewrite; the hash covers the former") {
    Exchanged desk;
    for (const auto uri : {"sip:alias@example.com", "SIPS:bob@example.com", "tel:+15551234"}) {
        const auto fresh = desk.nonce();
        const Exchange exchange{fresh, "00000001", "0a4f113b", Qop::auth};
        const auto proof = response({}, *desk.alice.ha1(Algorithm::md5), exchange, {"INVITE", uri, ""});
        CHECK(desk.finding([&](Credentials& credentials) {
            credentials.nonce = fresh;
            credentials.uri = uri;
            credentials.response = proof.text();
        }) == Finding::ok);
        CHECK(desk.finding([&](Credentials& credentials) { credentials.uri = uri; }) == Finding::wrong);
    }
}

TEST_CASE("a Request-URI of any scheme may be repeated as digest-uri (RFC 5031)") {
    Exchanged desk;
    const auto fresh = desk.nonce();
    const Exchange exchange{fresh, "00000001", "0a4f113b", Qop::auth};
    const Subject sos{"INVITE", "urn:service:sos", ""};
    const auto proof = response({}, *desk.alice.ha1(Algorithm::md5), exchange, sos);
    const Credentials credentials{.scheme = "Digest",
                                  .username = "alice",
                                  .realm = "example.com",
                                  .nonce = fresh,
                                  .uri = sos.uri,
                                  .response = proof.text(),
                                  .cnonce = "0a4f113b",
                                  .qop = "auth",
                                  .nc = "00000001"};
    CHECK(desk.server.verify(credentials, invite, &desk.alice, start).finding == Finding::malformed);
    CHECK(desk.server.verify(credentials, sos, &desk.alice, start).finding == Finding::ok);
}

TEST_CASE("credentials for one method do not open another") {
    Exchanged desk;
    const auto fresh = desk.nonce();
    const Exchange exchange{fresh, "00000001", "0a4f113b", Qop::auth};
    const auto proof = response({}, *desk.alice.ha1(Algorithm::md5), exchange, {"REGISTER", invite.uri, ""});
    CHECK(desk.finding([&](Credentials& credentials) {
        credentials.nonce = fresh;
        credentials.response = proof.text();
    }) == Finding::wrong);
}

TEST_CASE("names and realms with quotes in them survive the way there and back") {
    base::Random random(1);
    NonceLedger ledger(base::MacKey{1}, 0, start);
    Server server("say \"hi\"", {Algorithm::md5}, ledger, random);
    std::array<char, 1024> buffer;
    base::Printer asked(buffer);
    server.challenge(ProxyAuthenticate::name, Stale::no, start, asked);
    Scanner challenge(asked.view().substr(asked.view().find("Digest")));
    const std::array<Challenge, 1> challenges{*ProxyAuthenticate::parse(challenge)};

    Client client({"al\"ice\\", "say \"hi\"", "wonderland"});
    Tries tries;
    REQUIRE(client.hear(challenges, tries, random) == Advice::retry);
    std::array<char, 1024> answer_buffer;
    base::Printer answered(answer_buffer);
    client.print(invite, answered);
    Scanner in(answered.view());
    const auto credentials = ProxyAuthorization::parse(in);
    REQUIRE(credentials.has_value());
    CHECK(server.is_addressed(*credentials));
    CHECK(user_of(*credentials) == "al\"ice\\");
    const Secret secret("al\"ice\\", "say \"hi\"", "wonderland");
    CHECK(server.verify(*credentials, invite, &secret, start).finding == Finding::ok);
}
