// Security holes that other SIP servers had, each as a test that ours has not. What concerns one class only
// is tested beside it, under the advisory's number: docs/reference/advisories.md lists all.
#include "almon/server/test_exchange.hpp"

using namespace almon;
using namespace almon::server;
using namespace std::chrono_literals;

namespace {

// A server that knows alice and bob, with bob's phone bound, and trusts nobody.
struct Guarded : TestExchange {
    Guarded() : TestExchange(settings()) {
        add_user("alice", "secret");
        add_user("bob", "secret");
        bind("bob", "sip:bob@198.51.100.2");
    }
    static SettingsSnapshot settings() {
        auto settings = usual_settings();
        settings->realm = "example.com";
        settings->trusted.clear();
        return settings;
    }
    bool is_empty() const {
        return stack.server_transactions() + stack.client_transactions() == 0 && proxy.contexts() == 0;
    }
};

// The status of the answer, 0 for silence.
int status_of(TestExchange& exchange, const sip::Endpoint& from, const std::string& text) {
    exchange.forget_sent();
    exchange.hear(from, text);
    for (const auto& sent : exchange.all())
        if (sent.message.is_response()) return sent.message.status().code();
    return 0;
}

std::string nonce_of(const Sent& challenge) {
    const auto text = challenge.field("Proxy-Authenticate");
    const auto from = text.find("nonce=\"") + 7;
    return text.substr(from, text.find('"', from) - from);
}

}  // namespace

TEST_CASE("ES2021-06: a flood of any method leaves no state behind, so no memory goes") {
    Guarded server;
    for (const std::string method :
         {"INVITE", "OPTIONS", "MESSAGE", "SUBSCRIBE", "REGISTER", "NOTIFY", "BYE"})
        for (int i = 0; i < 500; ++i) {
            server.hear(mallory, Request{.method = method,
                                         .from = "<sip:m@evil.example>;tag=m",
                                         .call_id = "flood-" + method + std::to_string(i),
                                         .branch = "z9hG4bK-" + method + std::to_string(i)});
            server.forget_sent();
        }
    CHECK(server.is_empty());
    CHECK(server.nonces.size() == 0);
}

TEST_CASE("CVE-2025-47779: control characters in a display name are refused, whoever sends them") {
    Guarded server;
    for (const char control : {'\r', '\n', '\0', '\x1b'}) {
        CAPTURE(static_cast<int>(control));
        const auto from = std::string("Bob ") + control + "<sip:bob@example.com>;tag=x";
        CHECK(status_of(server, mallory, Request{.method = "MESSAGE", .from = from}.text()) == 400);
    }
    CHECK(server.count_to(bob) == 0);
}

TEST_CASE("ES2021-05: a challenge of the far side is passed on, never answered with a password of ours") {
    Guarded server;
    const Request invite{.uri = "sip:bob@example.com"};
    server.hear(alice, invite);
    const auto nonce = nonce_of(server.next(alice, 407));
    server.hear(alice, Request{.method = "ACK", .branch = invite.branch});
    auto again = invite;
    again.branch = "z9hG4bK-2";
    again.cseq = "2";
    again.more += credentials(again, "alice", "secret", "example.com", nonce);
    server.hear(alice, again);
    const auto forwarded = server.next(bob, "INVITE");
    CHECK(forwarded.field("Proxy-Authorization").empty());
    server.answer(forwarded, 407,
                  "Proxy-Authenticate: Digest realm=\"example.com\", nonce=\"evil\", algorithm=MD5\r\n");
    const auto told = server.next(alice, 407);
    CHECK(told.field("Proxy-Authenticate").find("evil") != std::string::npos);
    CHECK(server.count(bob, "INVITE") == 0);
}

TEST_CASE(
    "GHSA-c6j5-f4h4-2xrq: a Content-Length beyond all range, or below, is refused and nothing else happens") {
    Guarded server;
    for (const std::string length :
         {"-1", "-999", "99999999999999999999", "18446744073709551616", "4294967296", "0x10", "1 2", ""}) {
        CAPTURE(length);
        auto text = Request{.method = "OPTIONS"}.text();
        text.replace(text.find("Content-Length: 0"), 17, "Content-Length: " + length);
        CHECK(status_of(server, mallory, text) == 400);
    }
    CHECK(server.is_empty());
}

TEST_CASE("CVE-2020-28361: a blank behind a field's name hides it from nobody") {
    Guarded server;
    const Request invite{.method = "MESSAGE", .uri = "sip:bob@example.com"};
    server.hear(alice, invite);
    const auto nonce = nonce_of(server.next(alice, 407));
    auto again = invite;
    again.branch = "z9hG4bK-2";
    auto proof = credentials(again, "alice", "secret", "example.com", nonce);
    again.more += proof.replace(0, 20, "Proxy-Authorization \t:");
    server.hear(alice, again);
    const auto forwarded = server.next(bob, "MESSAGE");
    CHECK(forwarded.field("Proxy-Authorization").empty());
    CHECK(forwarded.message.octets().find("secret") == std::string_view::npos);
    CHECK(forwarded.message.octets().find(nonce) == std::string_view::npos);
}

TEST_CASE(
    "CVE-2018-8828: a REGISTER with a branch or a From tag of any length or kind is answered, not written "
    "past") {
    for (const std::size_t length : {0U, 1U, 255U, 256U, 4'096U, 60'000U}) {
        CAPTURE(length);
        const std::string odd(length, 'x');
        Guarded server;
        Request request{.method = "REGISTER", .uri = "sip:example.com", .branch = "z9hG4bK" + odd};
        CHECK(status_of(server, mallory, request.text()) == 401);
        request.branch = "z9hG4bK-1";
        request.from = "<sip:alice@example.com>;tag=" + odd;
        CHECK(status_of(server, mallory, request.text()) == (length == 0 ? 400 : 401));
        CHECK(server.is_empty());
    }
}

TEST_CASE(
    "CVE-2020-28242: a phone that is challenged and never has the right password costs nothing, however "
    "often") {
    Guarded server;
    for (int i = 0; i < 1'000; ++i) {
        Request invite{.branch = "z9hG4bK-" + std::to_string(i), .cseq = std::to_string(i + 1)};
        invite.more += credentials(invite, "alice", "wrong", "example.com", "invented");
        CHECK(status_of(server, mallory, invite.text()) == 407);
    }
    CHECK(server.is_empty());
    CHECK(server.nonces.size() == 0);
}

TEST_CASE("CVE-2022-31001: a method, a URI and fields cut short at any octet are read within their bounds") {
    const auto whole = Request{.more =
                                   "Max-Forwards: 70\r\nContact: <sip:a@198.51.100.1;x=%41>\r\n"
                                   "Authorization: Digest username=\"a\", realm=\"r\", nonce=\"n\"\r\n"}
                           .text();
    Guarded server;
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const std::string exactly(whole, 0, size);  // the sanitizer watches its end
        server.hear(mallory, exactly);
    }
    server.forget_sent();
    CHECK(server.is_empty());
}

TEST_CASE("ES2018-01: hundreds of Accept fields and values are a large request and nothing else") {
    Guarded server;
    std::string accepts;
    for (int i = 0; i < 200; ++i)
        accepts += "Accept: application/x-" + std::to_string(i) + ", text/plain\r\n";
    CHECK(status_of(server, mallory, Request{.method = "SUBSCRIBE", .more = accepts}.text()) == 407);
    for (int i = 0; i < 200; ++i) accepts += "Accept: application/y-" + std::to_string(i) + "\r\n";
    CHECK(status_of(server, mallory, Request{.method = "SUBSCRIBE", .more = accepts}.text()) == 513);
    CHECK(server.is_empty());
}

TEST_CASE(
    "GHSA-64qc-9x89-rx5j: a request without any credentials is challenged, one with empty ones refused") {
    Guarded server;
    CHECK(status_of(server, mallory, Request{.method = "REGISTER", .uri = "sip:example.com"}.text()) == 401);
    CHECK(status_of(server, mallory,
                    Request{.method = "REGISTER", .uri = "sip:example.com", .more = ""}.text()) == 401);
    CHECK(status_of(server, mallory, Request{.more = "Proxy-Authorization: \r\n"}.text()) == 400);
    CHECK(status_of(server, mallory, Request{.more = "Proxy-Authorization: Digest\r\n"}.text()) == 400);
}

TEST_CASE("CVE-2023-28098: odd credentials are read within their bounds and get a challenge or a 400") {
    Guarded server;
    for (const auto* text :
         {"Digest username", "Digest username=", "Digest username=\"",
          "Digest =,=,=", "Digest username=\"a\\", "Digest nc=99999999999999", "Digest ,,,,", "Basic YTpi"}) {
        CAPTURE(text);
        const auto answer = status_of(
            server, mallory, Request{.more = "Proxy-Authorization: " + std::string(text) + "\r\n"}.text());
        CHECK((answer == 407 || answer == 400));
    }
    CHECK(server.is_empty());
}

TEST_CASE("CVE-2020-28327: a phone's transport may fail at every step of a call, and nothing stays behind") {
    for (int step = 0; step < 4; ++step) {
        CAPTURE(step);
        TestExchange server;
        server.bind("bob", "sip:bob@198.51.100.2");
        if (step == 0) server.refuse_packets_to(bob);
        server.hear(alice, Request{});
        if (step > 0) {
            const auto invite = server.next(bob, "INVITE");
            if (step == 1) server.refuse_packets_to(alice);
            server.answer(invite, 180);
            if (step == 2) server.refuse_packets_to(bob);
            server.hear(alice, Request{.method = "CANCEL"});
            if (step == 3) server.refuse_packets_to(alice);
        }
        server.pass(10min);
        CHECK(server.stack.server_transactions() + server.stack.client_transactions() == 0);
        CHECK(server.proxy.contexts() == 0);
    }
}
