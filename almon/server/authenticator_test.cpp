#include "almon/server/authenticator.hpp"

#include <doctest/doctest.h>

#include <string>

#include "almon/base/test_log.hpp"
#include "almon/sip/digest/client.hpp"

using namespace almon;
using namespace almon::server;
using namespace std::chrono_literals;
using Kind = Verdict::Kind;
using sip::digest::Algorithm;
using sip::digest::Secret;

namespace {

const sip::Endpoint our_address = *sip::Endpoint::parse("192.0.2.1:5060");
const sip::Endpoint peer_address = *sip::Endpoint::parse("198.51.100.7:5060");

// What check() found, with copies of what it borrows.
struct Answer {
    Kind kind;
    std::string identity;
    unsigned status;
    std::string fields;
};

// A server with one subscriber, alice@example.com, and a phone that can log in.
struct Gate {
    explicit Gate(Settings policy = {}) : settings(std::move(policy)) {
        subscribers.set("alice", "example.com", Secret("alice", "example.com", "secret"));
    }

    Answer ask(Role role, std::string_view fields = {}, std::string_view domain = "example.com") {
        return ask(authenticator(), role, fields, domain);
    }
    Answer ask(Authenticator& asked, Role role, std::string_view fields, std::string_view domain) {
        const auto text =
            "INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.7;branch=z9hG4bKx\r\n"
            "From: <sip:alice@" +
            std::string(domain) + ">;tag=1\r\nTo: <sip:alice@" + std::string(domain) +
            ">\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n" + std::string(fields) + "\r\n";
        const auto message = *sip::Message::parse(text);
        const auto envelope = *sip::read_envelope(message);
        const sip::Flow flow{sip::Transport::udp, our_address, peer_address, {}};
        const auto verdict = asked.check({message, envelope, flow, {}}, role, moment);
        return {verdict.kind, std::string(verdict.identity), verdict.status.code(),
                std::string(verdict.fields)};
    }
    // The credentials line that answers those challenges.
    std::string login(const Answer& answer, const std::string& user, const std::string& password) {
        const auto text = "SIP/2.0 401 No\r\n" + answer.fields + "\r\n";
        const auto response = *sip::Message::parse(text);
        std::vector<sip::Challenge> challenges;
        for (const auto& one : response.all<sip::WwwAuthenticate>()) challenges.push_back(*one);
        for (const auto& one : response.all<sip::ProxyAuthenticate>()) challenges.push_back(*one);
        sip::digest::Client client({user, std::string(challenges.at(0).realm), password});
        sip::digest::Tries tries;
        REQUIRE(client.hear(challenges, tries, random) == sip::digest::Advice::retry);
        std::array<char, 1'024> value;
        base::Printer out{value};
        client.print({"INVITE", "sip:bob@example.com", ""}, out);
        const auto* name = answer.status == 401 ? "Authorization: " : "Proxy-Authorization: ";
        return name + std::string(out.view()) + "\r\n";
    }
    Authenticator& authenticator() {
        if (!authenticator_) {
            if (settings.domains.empty()) settings.domains = {"example.com", "example.net"};
            authenticator_.emplace(subscribers, nonces, random, listeners,
                                   std::make_shared<const Settings>(settings),
                                   base::Log(log, base::Level::info));
        }
        return *authenticator_;
    }

    Settings settings;
    base::RecordedLog log;
    base::Random random{1};
    base::Moment moment{base::Instant(1'000s), {}};
    base::Epochs epochs{1};
    Subscribers subscribers{epochs, {1, 2}};
    sip::digest::NonceLedger nonces{base::MacKey{}, 0, base::Instant(0s)};
    std::vector<stack::Listener> listeners{{sip::Transport::udp, our_address, "192.0.2.1:5060"}};

 private:
    std::optional<Authenticator> authenticator_;
};

std::size_t count(const std::string& text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_CASE("a registrar asks with 401, a proxy with 407") {
    Gate gate;
    const auto registrar = gate.ask(Role::registrar);
    CHECK(registrar.kind == Kind::challenged);
    CHECK(registrar.status == 401);
    CHECK(registrar.fields.starts_with("WWW-Authenticate: Digest "));
    const auto proxy = gate.ask(Role::proxy);
    CHECK(proxy.status == 407);
    CHECK(proxy.fields.starts_with("Proxy-Authenticate: Digest "));
}

TEST_CASE("who knows the password is let in, under the name of the account") {
    for (const auto role : {Role::registrar, Role::proxy}) {
        Gate gate;
        const auto verdict = gate.ask(role, gate.login(gate.ask(role), "alice", "secret"));
        CHECK(verdict.kind == Kind::allowed);
        CHECK(verdict.identity == "alice@example.com");
    }
}

TEST_CASE("credentials pass once") {
    Gate gate;
    const auto credentials = gate.login(gate.ask(Role::proxy), "alice", "secret");
    CHECK(gate.ask(Role::proxy, credentials).kind == Kind::allowed);
    const auto again = gate.ask(Role::proxy, credentials);
    CHECK(again.kind == Kind::challenged);
    CHECK(count(again.fields, "stale=true") == 1);
}

TEST_CASE("an unknown user gets the same answer as a wrong password") {
    Gate gate;
    const auto shape = [](const Answer& answer) {
        return answer.fields.substr(0, answer.fields.find("nonce="));
    };
    const auto wrong = gate.ask(Role::proxy, gate.login(gate.ask(Role::proxy), "alice", "guess"));
    const auto unknown = gate.ask(Role::proxy, gate.login(gate.ask(Role::proxy), "nobody", "guess"));
    CHECK(wrong.kind == Kind::challenged);
    CHECK(unknown.kind == Kind::challenged);
    CHECK(wrong.status == unknown.status);
    CHECK(wrong.fields.size() == unknown.fields.size());
    CHECK(shape(wrong) == shape(unknown));
    CHECK(count(wrong.fields, "stale") == 0);
}

TEST_CASE("a wrong password is told to the operator: who sent it, and for whom") {
    Gate gate;
    gate.ask(Role::proxy, gate.login(gate.ask(Role::proxy), "alice", "secret"));
    CHECK(gate.log.lines.empty());
    gate.ask(Role::proxy, gate.login(gate.ask(Role::proxy), "alice", "guess"));
    CHECK(gate.log.lines ==
          std::vector<std::string>{"2 wrong password from=(198.51.100.7:5060) user=(alice) call=(c)"});
}

TEST_CASE("each algorithm has its challenge, in the order of the settings, whatever the account has") {
    Settings settings;
    settings.digest = {Algorithm::sha256, Algorithm::md5};
    Gate gate(settings);
    const auto answer = gate.ask(Role::proxy);
    CHECK(count(answer.fields, "Proxy-Authenticate: ") == 2);
    CHECK(answer.fields.find("SHA-256") < answer.fields.find("MD5"));
    CHECK(gate.ask(Role::proxy, gate.login(answer, "alice", "secret")).kind == Kind::allowed);
}

TEST_CASE("credentials for other servers are passed over") {
    Gate gate;
    const std::string foreign =
        "Proxy-Authorization: Digest username=\"alice\", realm=\"elsewhere\", nonce=\"1\", uri=\"sip:x\", "
        "response=\"0\"\r\nProxy-Authorization: NoOneKnowsThisScheme opaque-data=here\r\n";
    CHECK(gate.ask(Role::proxy, foreign).kind == Kind::challenged);
    CHECK(gate.ask(Role::proxy, foreign + gate.login(gate.ask(Role::proxy), "alice", "secret")).kind ==
          Kind::allowed);
}

TEST_CASE("credentials that cannot be read get 400 with the reason") {
    Gate gate;
    const auto verdict = gate.ask(Role::proxy, "Proxy-Authorization: Digest username=\"alice\r\n");
    CHECK(verdict.kind == Kind::refused);
    CHECK(verdict.status == 400);
    CHECK(verdict.fields.starts_with("Warning: "));
}

TEST_CASE("each domain of ours is a realm; who names another is asked for the first") {
    Gate gate;
    CHECK(count(gate.ask(Role::proxy, {}, "EXAMPLE.net").fields, "realm=\"example.net\"") == 1);
    CHECK(count(gate.ask(Role::proxy, {}, "elsewhere.org").fields, "realm=\"example.com\"") == 1);
    // An account of the one domain does not open the other.
    const auto credentials = gate.login(gate.ask(Role::proxy, {}, "example.net"), "alice", "secret");
    CHECK(gate.ask(Role::proxy, credentials, "example.net").kind == Kind::challenged);
}

TEST_CASE("one realm can be set for all domains") {
    Settings settings;
    settings.realm = "the \"house\"";
    Gate gate(settings);
    gate.subscribers.set("alice", "example.net", Secret("alice", settings.realm, "secret"));
    const auto challenge = gate.ask(Role::proxy, {}, "example.net");
    CHECK(count(challenge.fields, "realm=\"the \\\"house\\\"\"") == 1);
}

TEST_CASE("without domains the address that phones dial is the realm") {
    Gate gate;
    Authenticator plain(gate.subscribers, gate.nonces, gate.random, gate.listeners,
                        std::make_shared<const Settings>());
    CHECK(count(gate.ask(plain, Role::registrar, {}, "192.0.2.1").fields, "realm=\"192.0.2.1\"") == 1);
}

TEST_CASE("who comes from a trusted network is asked for nothing") {
    Settings settings;
    settings.trusted = {*base::Network::parse("198.51.100.0/24")};
    Gate gate(settings);
    const auto verdict = gate.ask(Role::registrar);
    CHECK(verdict.kind == Kind::trusted);
    CHECK(verdict.identity.empty());
    const auto stranger = *sip::Endpoint::parse("203.0.113.1:5060");
    CHECK_FALSE(gate.authenticator().is_trusted({sip::Transport::udp, our_address, stranger, {}}));
}
