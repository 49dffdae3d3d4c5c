#include "almon/server/router.hpp"

#include "almon/server/test_exchange.hpp"

using namespace almon;
using namespace almon::server;
using namespace std::chrono_literals;

namespace {

// Nobody is trusted here; Alice has an account, Bob has one and a phone.
struct Office : TestExchange {
    explicit Office(Inbound inbound = Inbound::authenticated) : TestExchange(settings(inbound)) {
        add_user("alice", "wonder");
        add_user("bob", "builder");
        bind("bob", "sip:bob@198.51.100.2");
    }
    static SettingsSnapshot settings(Inbound inbound) {
        auto settings = usual_settings();
        settings->trusted.clear();
        settings->inbound = inbound;
        return settings;
    }
    // The final status that this request gets from the router; 0: none.
    int status(const sip::Endpoint& from, const Request& request) {
        forget_sent();
        hear(from, request);
        for (const auto& sent : all())
            if (sent.message.is_response() && sent.message.status().is_final())
                return sent.message.status().code();
        return 0;
    }
    // Sends it, answers the challenge, sends it again; gives what was sent last.
    Request send_with_digest(const sip::Endpoint& from, Request request, std::string_view user,
                             std::string_view password) {
        hear(from, request);
        const auto answer = next(from, 407);
        const auto challenge = *answer.message.get<sip::ProxyAuthenticate>();
        request.more += credentials(request, user, password, "example.com", std::string(challenge.nonce));
        request.branch += "-again";
        request.cseq = "2";
        hear(from, request);
        return request;
    }
    bool reached_anybody() const {
        return count_to(bob) + count_to(endpoint("203.0.113.5:5060")) +
                   count_to(endpoint("203.0.113.7:5060")) >
               0;
    }
};

const std::string foreign = "sip:victim@203.0.113.5";
const std::string strangers_from = "<sip:mallory@203.0.113.66>;tag=m";
const std::vector<std::string> methods{"INVITE",  "BYE",      "OPTIONS", "MESSAGE", "SUBSCRIBE",
                                       "NOTIFY",  "REFER",    "INFO",    "UPDATE",  "PRACK",
                                       "PUBLISH", "REGISTER", "FUTURE",  "ACK",     "CANCEL"};

}  // namespace

// --- §16.3: validation.

TEST_CASE("a scheme that is not SIP is refused with 416") {
    TestExchange exchange;
    exchange.hear(alice, Request{.method = "MESSAGE", .uri = "soap.beep://192.0.2.103:3002"});
    CHECK(exchange.count(alice, 416) == 1);
    exchange.hear(alice, Request{.uri = "nobodyKnowsThisScheme:totallyopaquecontent", .branch = "z9hG4bK2"});
    CHECK(exchange.count(alice, 416) == 2);
}

TEST_CASE("a request without hops left is refused with 483") {
    TestExchange exchange;
    exchange.bind("bob", "sip:bob@198.51.100.2");
    exchange.hear(alice, Request{.more = "Max-Forwards: 0\r\n"});
    CHECK(exchange.count(alice, 483) == 1);
    CHECK(exchange.count_to(bob) == 0);
}

TEST_CASE("a request that comes back unchanged has looped: 482") {
    TestExchange exchange;
    exchange.bind("bob", "sip:bob@example.com");
    exchange.bind("carol", "sip:bob@203.0.113.9");
    exchange.hear(alice, Request{.uri = "sip:carol@example.com"});
    auto sent = exchange.next(endpoint("203.0.113.9:5060"), "INVITE");
    // The next proxy sends it back with the Request-URI that it came to us with.
    const std::string text(sent.message.octets());
    const auto returned = "INVITE sip:carol@example.com" + text.substr(text.find(" SIP/2.0"));
    const auto via = returned.find("Via: ");
    exchange.hear(alice, returned.substr(0, via) + "Via: SIP/2.0/UDP 198.51.100.1;branch=z9hG4bKnext\r\n" +
                             returned.substr(via));
    CHECK(exchange.count(alice, 482) == 1);
}

TEST_CASE("a request that spirals with another Request-URI goes on") {
    TestExchange exchange;
    exchange.bind("carol", "sip:x@203.0.113.9");
    exchange.bind("bob", "sip:bob@198.51.100.2");
    exchange.hear(alice, Request{.uri = "sip:carol@example.com"});
    const std::string text(exchange.next(endpoint("203.0.113.9:5060"), "INVITE").message.octets());
    const auto via = text.find("Via: ");
    const auto spiral =
        "INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.1;branch=z9hG4bKnext\r\n" +
        text.substr(via);
    exchange.hear(alice, spiral);
    CHECK(exchange.next(bob, "INVITE").field("Max-Forwards") == "68");
}

TEST_CASE("an extension that proxies would need is refused with its name: 420") {
    TestExchange exchange;
    exchange.bind("bob", "sip:bob@198.51.100.2");
    exchange.hear(
        alice,
        Request{.more =
                    "Max-Forwards: 70\r\nProxy-Require: noProxiesSupportThis, norDoAnyProxiesSupportThis\r\n"
                    "Require: nothingSupportsThis\r\n"});
    CHECK(exchange.next(alice, 420).field("Unsupported") ==
          "noProxiesSupportThis, norDoAnyProxiesSupportThis");
    CHECK(exchange.count_to(bob) == 0);
}

TEST_CASE("what only the phones must understand is not our business") {
    TestExchange exchange;
    exchange.bind("bob", "sip:bob@198.51.100.2");
    exchange.hear(alice, Request{.more = "Require: nothingSupportsThis\r\nDate: not a date\r\n"});
    const auto invite = exchange.next(bob, "INVITE");
    CHECK(invite.field("Require") == "nothingSupportsThis");
    CHECK(invite.field("Date") == "not a date");
}

TEST_CASE("a Route that cannot be read is refused with 400") {
    TestExchange exchange;
    exchange.hear(alice, Request{.more = "Route: not a route\r\n"});
    CHECK(exchange.count(alice, 400) == 1);
}

TEST_CASE("nobody of that name: 404; nowhere now: 480; a foreign name: 502 and the reason") {
    TestExchange exchange;
    exchange.add_user("carol", "x");
    exchange.hear(alice, Request{.uri = "sip:nobody@example.com", .branch = "z9hG4bK1"});
    CHECK(exchange.count(alice, 404) == 1);
    exchange.hear(alice, Request{.uri = "sip:carol@example.com", .branch = "z9hG4bK2"});
    CHECK(exchange.count(alice, 480) == 1);
    exchange.hear(alice, Request{.uri = "sip:dave@example.org", .branch = "z9hG4bK3"});
    CHECK(exchange.next(alice, 502).field("Warning") ==
          "399 192.0.2.1:5060 \"host names are not looked up yet, only IP addresses are reached\"");
}

// --- What is for the server itself.

TEST_CASE("OPTIONS to the server tells what it can do, whoever asks and however few hops are left") {
    Office office;
    for (const auto* uri : {"sip:example.com", "sip:192.0.2.1", "sip:192.0.2.1:5060;transport=udp"}) {
        office.hear(
            mallory,
            Request{.method = "OPTIONS", .uri = uri, .from = strangers_from, .more = "Max-Forwards: 0\r\n"});
        const auto answer = office.next(mallory, 200);
        for (const auto* field : {"Allow", "Accept", "Accept-Encoding", "Accept-Language", "Supported"})
            CHECK_FALSE(answer.field(field).empty());
        CHECK(answer.field("To").find(";tag=") != std::string::npos);
    }
    CHECK(office.stack.server_transactions() == 0);
}

TEST_CASE("OPTIONS to the server with a Require that it does not know: 420") {
    TestExchange exchange;
    exchange.hear(alice, Request{.method = "OPTIONS", .uri = "sip:example.com", .more = "Require: x, y\r\n"});
    CHECK(exchange.next(alice, 420).field("Unsupported") == "x, y");
}

TEST_CASE("OPTIONS to a user goes to his phone") {
    TestExchange exchange;
    exchange.bind("bob", "sip:bob@198.51.100.2");
    exchange.hear(alice, Request{.method = "OPTIONS"});
    CHECK(exchange.count(bob, "OPTIONS") == 1);
}

TEST_CASE("other methods to the server itself get 405 with what is allowed") {
    TestExchange exchange;
    for (const auto* method : {"INVITE", "MESSAGE", "BYE", "FUTURE"}) {
        exchange.hear(alice, Request{.method = method, .uri = "sip:example.com"});
        CHECK(exchange.next(alice, 405).field("Allow") == "OPTIONS, REGISTER");
    }
}

TEST_CASE("a REGISTER for our domain is the registrar's, one for elsewhere is proxied") {
    TestExchange exchange;
    exchange.hear(alice, Request{.method = "REGISTER",
                                 .uri = "sip:example.com",
                                 .to = "<sip:alice@example.com>",
                                 .more = "Max-Forwards: 0\r\nContact: <sip:alice@198.51.100.1>\r\n"});
    CHECK(exchange.next(alice, 200).field("Contact").find("sip:alice@198.51.100.1") != std::string::npos);
    exchange.hear(alice, Request{.method = "REGISTER", .uri = "sip:203.0.113.5", .branch = "z9hG4bK2"});
    CHECK(exchange.count(endpoint("203.0.113.5:5060"), "REGISTER") == 1);
}

// --- Who may what.

TEST_CASE("a user of ours calls out after a 407, and the credentials stay with us") {
    Office office;
    office.send_with_digest(alice, {.uri = foreign}, "alice", "wonder");
    const auto invite = office.next(endpoint("203.0.113.5:5060"), "INVITE");
    CHECK(invite.field("Proxy-Authorization").empty());
}

TEST_CASE("a wrong password is challenged again, without end and without a way out") {
    Office office;
    office.send_with_digest(alice, {.uri = foreign}, "alice", "guess");
    CHECK(office.count(alice, 407) == 1);
    CHECK_FALSE(office.reached_anybody());
}

TEST_CASE("a repeat of a request whose credentials are used up gets the same answer, not a challenge") {
    Office office;
    const auto invite = office.send_with_digest(alice, {.uri = "sip:nobody@example.com"}, "alice", "wonder");
    CHECK(office.count(alice, 404) == 1);
    office.hear(alice, invite);
    CHECK(office.count(alice, 404) == 2);
    CHECK(office.count(alice, 407) == 0);
}

TEST_CASE("whoever authenticates speaks for no other user of ours (CVE-2025-47779)") {
    for (const auto* from : {"<sip:bob@example.com>;tag=a", "<sip:boss@192.0.2.1>;tag=a"}) {
        Office office;
        office.send_with_digest(alice, {.method = "MESSAGE", .uri = foreign, .from = from}, "alice",
                                "wonder");
        CHECK(office.count(alice, 403) == 1);
        CHECK_FALSE(office.reached_anybody());
    }
    for (const auto* from : {"\"Boss\" <sip:alice@example.com:5060>;tag=a", "<sip:alice@192.0.2.1>;tag=a",
                             "\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=a"}) {
        Office office;
        office.send_with_digest(alice, {.method = "MESSAGE", .uri = foreign, .from = from}, "alice",
                                "wonder");
        CHECK(office.count(endpoint("203.0.113.5:5060"), "MESSAGE") == 1);
    }
}

TEST_CASE("a From of ours without credentials is challenged whatever the method") {
    for (const auto& method : methods) {
        Office office(Inbound::local_users);
        if (method == "ACK" || method == "CANCEL" || method == "REGISTER") continue;
        CHECK(office.status(mallory, {.method = method}) == 407);
        CHECK(office.status(mallory, {.method = method, .uri = foreign, .branch = "z9hG4bK2"}) == 407);
    }
}

TEST_CASE("a stranger reaches nobody by the Request-URI, whatever the method") {
    for (const auto inbound : {Inbound::authenticated, Inbound::local_users})
        for (const auto& method : methods) {
            Office office(inbound);
            office.hear(mallory, Request{.method = method, .uri = foreign, .from = strangers_from});
            CHECK_FALSE(office.reached_anybody());
        }
}

TEST_CASE("a stranger reaches nobody by Route, whatever the method") {
    for (const auto* route :
         {"<sip:203.0.113.7;lr>", "<sip:192.0.2.1;lr>, <sip:203.0.113.7;lr>", "<sip:203.0.113.7>"})
        for (const auto* uri : {"sip:bob@example.com", "sip:example.com", "sip:victim@203.0.113.5"})
            for (const auto& method : methods) {
                Office office(Inbound::local_users);
                const auto routes = "Route: " + std::string(route) + "\r\n";
                office.hear(mallory,
                            Request{.method = method, .uri = uri, .from = strangers_from, .more = routes});
                CHECK_FALSE(office.reached_anybody());
            }
}

TEST_CASE("a stranger reaches nobody by maddr") {
    Office office(Inbound::local_users);
    CHECK(office.status(mallory, {.uri = "sip:bob@example.com;maddr=203.0.113.5", .from = strangers_from}) ==
          403);
    CHECK_FALSE(office.reached_anybody());
}

TEST_CASE("a stranger reaches nobody by an invented To tag, with or without a signature of his own making") {
    for (const auto* route : {"", "Route: <sip:192.0.2.1:5060;lr>\r\n",
                              "Route: <sip:192.0.2.1:5060;lr;ak=00112233445566778899aabbccddeeff>\r\n"})
        for (const auto* uri : {"sip:bob@198.51.100.2", "sip:bob@example.com", "sip:victim@203.0.113.5"})
            for (const auto& method : methods) {
                Office office;
                office.hear(mallory, Request{.method = method,
                                             .uri = uri,
                                             .from = strangers_from,
                                             .to = "<sip:bob@example.com>;tag=invented",
                                             .more = route});
                CHECK_FALSE(office.reached_anybody());
            }
}

TEST_CASE("a stranger's strict route to us with a target behind reaches nobody") {
    Office office;
    CHECK(office.status(mallory, {.method = "BYE",
                                  .uri = "sip:192.0.2.1;lr;ak=0",
                                  .from = strangers_from,
                                  .to = "<sip:bob@example.com>;tag=x",
                                  .more = "Route: <sip:victim@203.0.113.5>\r\n"}) == 403);
    CHECK_FALSE(office.reached_anybody());
}

TEST_CASE("strangers may call our users only where the operator lets them") {
    Office closed;
    CHECK(closed.status(mallory, {.from = strangers_from}) == 407);
    CHECK_FALSE(closed.reached_anybody());
    Office open(Inbound::local_users);
    open.hear(mallory, Request{.from = strangers_from});
    CHECK(open.count(bob, "INVITE") == 1);
}

// Found by the simulator: the 480 had got lost, or was still on its way.
TEST_CASE("a repeated INVITE to a user who was nowhere is answered again, though he has registered since") {
    Office office(Inbound::local_users);
    office.add_user("carol", "chaos");
    const Request call{.uri = "sip:carol@example.com", .from = strangers_from};
    CHECK(office.status(mallory, call) == 480);
    office.bind("carol", "sip:carol@198.51.100.2");
    CHECK(office.status(mallory, call) == 480);
    CHECK(office.count(bob, "INVITE") == 0);
}

TEST_CASE("where strangers may call they may not send messages, subscribe or refer (ES2021-07, ES2021-08)") {
    for (const auto* method : {"MESSAGE", "SUBSCRIBE", "REFER", "NOTIFY", "PUBLISH", "FUTURE"}) {
        Office office(Inbound::local_users);
        CHECK(office.status(mallory, {.method = method, .from = strangers_from}) == 407);
        CHECK_FALSE(office.reached_anybody());
    }
}

TEST_CASE("a call that was let through keeps its path: ACK and BYE of both sides pass without digest") {
    Office office(Inbound::local_users);
    office.hear(mallory, Request{.from = strangers_from,
                                 .sent_by = "203.0.113.66:5060",
                                 .more = "Max-Forwards: 70\r\nContact: <sip:mallory@203.0.113.66>\r\n"});
    office.answer(office.next(bob, "INVITE"), 200, "Contact: <sip:bob@198.51.100.2>\r\n");
    const auto ok = office.next(mallory, 200);
    Request in_dialog{.method = "ACK",
                      .uri = "sip:bob@198.51.100.2",
                      .from = strangers_from,
                      .to = ok.field("To"),
                      .branch = "z9hG4bK-ack",
                      .sent_by = "203.0.113.66:5060",
                      .more = "Max-Forwards: 70\r\nRoute: " + ok.field("Record-Route") + "\r\n"};
    office.hear(mallory, in_dialog);
    const auto ack = office.next(bob, "ACK");
    CHECK(ack.start() == "ACK sip:bob@198.51.100.2 SIP/2.0");
    CHECK(ack.field("Route").empty());
    CHECK(ack.field("Max-Forwards") == "69");
    in_dialog.method = "BYE", in_dialog.cseq = "2", in_dialog.branch = "z9hG4bK-bye";
    office.hear(mallory, in_dialog);
    office.answer(office.next(bob, "BYE"), 200);
    CHECK(office.count(mallory, 200) == 1);

    Request from_bob{.method = "BYE",
                     .uri = "sip:mallory@203.0.113.66",
                     .from = ok.field("To"),
                     .to = strangers_from,
                     .branch = "z9hG4bK-bob",
                     .sent_by = "198.51.100.2",
                     .more = in_dialog.more};
    office.hear(bob, from_bob);
    CHECK(office.count(mallory, "BYE") == 1);
}

TEST_CASE("the path of one call carries no other") {
    Office office(Inbound::local_users);
    office.hear(mallory, Request{.from = strangers_from});
    const auto route = "Route: " + office.next(bob, "INVITE").field("Record-Route") + "\r\n";
    Request request{.uri = foreign,
                    .from = strangers_from,
                    .to = "<sip:v@203.0.113.5>;tag=v",
                    .call_id = "other",
                    .branch = "z9hG4bK2",
                    .more = route};
    CHECK(office.status(mallory, request) == 403);
    request.to = "<sip:v@203.0.113.5>", request.call_id = "call-1@alice", request.branch = "z9hG4bK3";
    CHECK(office.status(mallory, request) == 403);
    CHECK_FALSE(office.reached_anybody());
}

// --- ACK and CANCEL that match nothing.

TEST_CASE("an ACK that belongs to nothing is dropped without a word") {
    Office office;
    office.hear(mallory,
                Request{.method = "ACK", .from = strangers_from, .to = "<sip:bob@example.com>;tag=x"});
    CHECK(office.all().empty());
}

TEST_CASE("a CANCEL that matches nothing gets 481, and goes on statelessly for those who may") {
    Office office;
    CHECK(office.status(mallory, {.method = "CANCEL", .from = strangers_from}) == 481);
    TestExchange trusting;
    trusting.bind("bob", "sip:bob@198.51.100.2");
    trusting.hear(alice, Request{.method = "CANCEL"});
    CHECK(trusting.count(bob, "CANCEL") == 1);
    CHECK(trusting.stack.client_transactions() == 0);
}

TEST_CASE("a relayed ACK without hops left ends here") {
    TestExchange exchange;
    exchange.bind("bob", "sip:bob@198.51.100.2");
    exchange.hear(alice, Request{.method = "ACK", .more = "Max-Forwards: 0\r\n"});
    CHECK(exchange.all().empty());
}

// --- No state for strangers.

TEST_CASE("what is refused leaves no state") {
    Office office;
    for (int i = 0; i < 100; ++i)
        office.hear(mallory, Request{.uri = i % 2 ? foreign : "sip:bob@example.com",
                                     .from = strangers_from,
                                     .branch = "z9hG4bK" + std::to_string(i)});
    CHECK(office.stack.server_transactions() == 0);
    CHECK(office.stack.client_transactions() == 0);
    CHECK(office.proxy.contexts() == 0);
    CHECK(!office.stack.deadline());
    CHECK(office.router.counters().challenged == 50);
    CHECK(office.router.counters().forbidden == 50);
}
