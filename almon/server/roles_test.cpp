// The roles that [[route]] rules give a server, and following 3xx.
#include "almon/server/test_exchange.hpp"

using namespace almon;
using namespace almon::server;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<Settings> with_rules(std::vector<RouteRule> rules) {
    auto settings = TestExchange::usual_settings();
    settings->routes = std::move(rules);
    return settings;
}

const auto gateway = endpoint("203.0.113.5:5060");
const auto second_gateway = endpoint("203.0.113.6:5070");

Request to_user(std::string user) {
    Request request;
    request.uri = "sip:" + user + "@example.com";
    request.branch += user;
    return request;
}

}  // namespace

TEST_CASE("a redirect server tells where a user is, the likeliest place first") {
    TestExchange exchange(with_rules({{.role = ServerRole::redirect, .status = 302}}));
    exchange.bind("bob", "sip:bob@198.51.100.2", 300);
    exchange.bind("bob", "sip:bob@198.51.100.3", 700);
    exchange.hear(alice, Request{});
    const auto moved = exchange.next(alice, 302);
    CHECK(moved.field("Contact") ==
          "<sip:bob@198.51.100.3>;q=0.7;expires=3600 | <sip:bob@198.51.100.2>;q=0.3;expires=3600");
    CHECK(moved.field("To").find(";tag=") != std::string::npos);
    CHECK(exchange.count_to(bob) == 0);
    exchange.pass(1s);
    CHECK(exchange.count(alice, 302) == 1);  // again, until the ACK comes

    exchange.hear(alice, to_user("nobody"));
    CHECK(exchange.next(alice, 404).start() == "SIP/2.0 404 Not Found");
}

TEST_CASE("a redirect may name other places, and the text of a number goes into them") {
    TestExchange exchange(
        with_rules({{.user = "0*",
                     .role = ServerRole::redirect,
                     .to = {"sip:+49{rest}@gw.example.net", "sip:{user}@{domain};transport=tcp"},
                     .status = 305}}));
    exchange.hear(alice, to_user("0301234"));
    CHECK(exchange.next(alice, 305).field("Contact") ==
          "<sip:+49301234@gw.example.net>;q=1 | <sip:0301234@example.com;transport=tcp>;q=0.999");
    exchange.hear(alice, to_user("1301234"));
    exchange.next(alice, 404);
}

TEST_CASE("a rejection has the status that the rule gives it, and the first rule that fits decides") {
    TestExchange exchange(
        with_rules({{.user = "bob", .methods = {"MESSAGE"}, .role = ServerRole::reject, .status = 603},
                    {.user = "bob"},
                    {.role = ServerRole::reject, .status = 480}}));
    exchange.bind("bob", "sip:bob@198.51.100.2");
    auto message = to_user("bob");
    message.method = "MESSAGE";
    message.branch += "m";
    exchange.hear(alice, message);
    exchange.next(alice, 603);
    exchange.hear(alice, to_user("bob"));
    exchange.next(bob, "INVITE");
    exchange.hear(alice, to_user("carol"));
    exchange.next(alice, 480);
}

TEST_CASE("numbers go to gateways, one after the other, each for its time to ring") {
    TestExchange exchange(with_rules(
        {{.user = "+*", .to = {"sip:{user}@203.0.113.5", "sip:{user}@203.0.113.6:5070"}, .ring = 20s}}));
    exchange.hear(alice, to_user("+4930"));
    const auto first = exchange.next(gateway, "INVITE");
    CHECK(first.start() == "INVITE sip:+4930@203.0.113.5 SIP/2.0");
    exchange.answer(first, 180);
    exchange.pass(15s);
    exchange.answer(first, 180);  // does not give it more time
    exchange.pass(4s);
    CHECK(exchange.count_to(second_gateway) == 0);
    exchange.pass(2s);
    const auto cancel = exchange.next(gateway, "CANCEL");
    exchange.answer(cancel, 200);
    exchange.answer(first, 487);
    exchange.answer(exchange.next(second_gateway, "INVITE"), 200);
    exchange.next(alice, 200);
}

TEST_CASE("a rule that leads out of the domain is no way out for strangers") {
    auto settings = with_rules({{.user = "+*", .to = {"sip:{user}@203.0.113.5"}}});
    settings->inbound = Inbound::local_users;
    TestExchange exchange(settings);
    auto call = to_user("+4930");
    call.sent_by = "203.0.113.66:5060";
    SUBCASE("who says so") {
        call.from = "<sip:mallory@elsewhere.example>;tag=m";
    }
    SUBCASE("who claims to be one of us") {}
    exchange.hear(mallory, call);
    CHECK(exchange.count_to(gateway) == 0);
    CHECK(exchange.count_to(mallory) == 1);
}

TEST_CASE("a stateless proxy passes on requests, repeats and responses, and keeps nothing") {
    TestExchange exchange(with_rules({{.role = ServerRole::stateless}}));
    exchange.bind("bob", "sip:bob@198.51.100.2");
    exchange.hear(alice, Request{});
    const auto invite = exchange.next(bob, "INVITE");
    CHECK(invite.field("Record-Route").empty());
    CHECK(invite.field("Max-Forwards") == "69");
    CHECK(exchange.stack.server_transactions() + exchange.stack.client_transactions() == 0);
    exchange.hear(alice, Request{});
    const auto repeat = exchange.next(bob, "INVITE");
    CHECK(repeat.message.octets() == invite.message.octets());
    CHECK(exchange.count_to(alice) == 0);  // no 100: the next server sends it

    exchange.answer(invite, 180);
    CHECK(exchange.next(alice, 180).field("Via").find("192.0.2.1") == std::string::npos);
    Request cancel;
    cancel.method = "CANCEL";
    exchange.hear(alice, cancel);
    const auto cancelled = exchange.next(bob, "CANCEL");
    CHECK(cancelled.field("Via").substr(0, cancelled.field("Via").find(" |")) ==
          invite.field("Via").substr(0, invite.field("Via").find(" |")));
    exchange.answer(cancelled, 200);
    exchange.next(alice, 200);
    exchange.answer(invite, 487);
    exchange.next(alice, 487);
    Request ack;
    ack.method = "ACK";
    exchange.hear(alice, ack);
    exchange.next(bob, "ACK");
}

TEST_CASE("a stateless proxy sends nobody a response that is to none of its requests") {
    TestExchange exchange(with_rules({{.role = ServerRole::stateless}}));
    exchange.bind("bob", "sip:bob@198.51.100.2");
    exchange.hear(alice, Request{});
    auto invite = exchange.next(bob, "INVITE");
    auto text = std::string(invite.message.octets());
    const auto word = text.find('-', text.find("branch=") + 7);
    text[word + 8] = text[word + 8] == '0' ? '1' : '0';  // the flow leads elsewhere
    invite.message = *sip::Message::parse(text);
    exchange.answer(invite, 200);
    CHECK(exchange.all().empty());
    CHECK(exchange.stack.counters().stray_responses == 1);
}

TEST_CASE("a 3xx goes to the caller unless the proxy is to follow it") {
    auto settings = TestExchange::usual_settings();
    SUBCASE("never") {
        settings->recursion = Recursion::never;
    }
    SUBCASE("to users of ours: this one is none") {
        settings->recursion = Recursion::own;
    }
    TestExchange exchange(settings);
    exchange.bind("bob", "sip:bob@198.51.100.2");
    exchange.hear(alice, Request{});
    exchange.answer(exchange.next(bob, "INVITE"), 302, "Contact: <sip:bob@203.0.113.5>\r\n");
    exchange.next(alice, 302);
    CHECK(exchange.count_to(gateway) == 0);
}

TEST_CASE("the proxy follows a 3xx to its contacts in their order, each once") {
    auto settings = TestExchange::usual_settings();
    settings->recursion = Recursion::any;
    TestExchange exchange(settings);
    exchange.bind("bob", "sip:bob@198.51.100.2");
    exchange.hear(alice, Request{});
    exchange.answer(
        exchange.next(bob, "INVITE"), 302,
        "Contact: <sip:b@203.0.113.6:5070>;q=0.1, <sip:b@203.0.113.5>;q=0.8, <sip:bob@198.51.100.2>\r\n");
    const auto second = exchange.next(gateway, "INVITE");
    CHECK(second.start() == "INVITE sip:b@203.0.113.5 SIP/2.0");
    CHECK(exchange.count_to(second_gateway) == 0);
    exchange.answer(second, 302, "Contact: <sip:bob@198.51.100.2>\r\n");  // a loop
    exchange.answer(exchange.next(second_gateway, "INVITE"), 486);
    exchange.next(alice, 302);  // the best of what is left (§16.7 step 6)
}

TEST_CASE("a user of ours may forward to another one with a 3xx") {
    auto settings = TestExchange::usual_settings();
    settings->recursion = Recursion::own;
    TestExchange exchange(settings);
    exchange.bind("bob", "sip:bob@198.51.100.2");
    exchange.bind("carol", "sip:carol@198.51.100.3");
    exchange.hear(alice, Request{});
    exchange.answer(exchange.next(bob, "INVITE"), 302, "Contact: <sip:carol@example.com>\r\n");
    CHECK(exchange.next(bobs_desk, "INVITE").start() == "INVITE sip:carol@198.51.100.3 SIP/2.0");
}

TEST_CASE("the ACK and CANCEL of what an INVITE rule sent without state go after it") {
    TestExchange exchange(with_rules(
        {{.methods = {"INVITE"}, .role = ServerRole::stateless, .to = {"sip:{user}@203.0.113.5"}}}));
    exchange.bind("bob", "sip:bob@198.51.100.2");
    exchange.hear(alice, Request{});
    exchange.next(gateway, "INVITE");
    for (const auto* method : {"CANCEL", "ACK"}) {
        Request later;
        later.method = method;
        exchange.hear(alice, later);
        exchange.next(gateway, method);
    }
    CHECK(exchange.count_to(bob) == 0);
}

TEST_CASE("a user whose calls are rejected is not called by writing his name with escapes") {
    TestExchange exchange(
        with_rules({{.domain = "example.com", .user = "bob", .role = ServerRole::reject, .status = 403}}));
    exchange.bind("bob", "sip:bob@198.51.100.2");
    Request call;
    call.uri = "sip:%62ob@example.com";
    exchange.hear(alice, call);
    exchange.next(alice, 403);
    call.uri = "sip:bob@example.com.";
    call.branch += "2";
    exchange.hear(alice, call);
    exchange.next(alice, 403);
    CHECK(exchange.count_to(bob) == 0);
}

TEST_CASE("a rule may give a user of ours another name, and have somebody else called when nobody answers") {
    TestExchange exchange(
        with_rules({{.user = "info", .to = {"sip:bob@{domain}", "sip:carol@{domain}"}, .ring = 10s}}));
    exchange.bind("bob", "sip:bob@198.51.100.2");
    exchange.bind("carol", "sip:carol@198.51.100.3");
    exchange.hear(alice, to_user("info"));
    const auto first = exchange.next(bob, "INVITE");
    CHECK(first.start() == "INVITE sip:bob@198.51.100.2 SIP/2.0");
    CHECK(exchange.count_to(bobs_desk) == 0);
    exchange.answer(first, 486);
    CHECK(exchange.next(bobs_desk, "INVITE").start() == "INVITE sip:carol@198.51.100.3 SIP/2.0");
}

TEST_CASE("a rule that leads to users of ours who are nowhere says so") {
    TestExchange exchange(with_rules({{.user = "info", .to = {"sip:bob@{domain}"}}}));
    exchange.hear(alice, to_user("info"));
    exchange.next(alice, 404);
}
