// Calls with phones that know only their inner address: behind a NAT over UDP, or behind a connection.
#include "almon/server/test_exchange.hpp"
#include "almon/sip/headers/record_route.hpp"
#include "almon/sip/uri.hpp"

using namespace almon;
using namespace almon::server;
using namespace std::chrono_literals;

namespace {

// The outer side of the NATs.
const auto alices_hole = endpoint("198.51.100.77:41000");
const auto bobs_hole = endpoint("198.51.100.88:42000");
const std::string alices_inner = "192.168.1.10:5060";
const std::string bobs_inner = "10.0.0.20:5060";

Request of_alice(std::string method = "INVITE") {
    Request request;
    request.method = std::move(method);
    request.sent_by = alices_inner + ";rport";
    request.more += "Contact: <sip:alice@" + alices_inner + ">\r\n";
    return request;
}

void register_bob(TestExchange& exchange, const std::string& sent_by, const std::string& contact) {
    Request request;
    request.method = "REGISTER";
    request.uri = "sip:example.com";
    request.from = request.to = "<sip:bob@example.com>";
    request.from += ";tag=r1";
    request.branch = "z9hG4bK-r1";
    request.sent_by = sent_by;
    request.more += "Contact: <sip:bob@" + contact + ">\r\nExpires: 600\r\n";
    exchange.hear(bobs_hole, request);
    CHECK(exchange.site.location.aors() == 1);
    exchange.forget_sent();
}

// The URI of the only Record-Route value, which names us.
std::string route_of(const Sent& message) {
    const auto value = message.field("Record-Route");
    REQUIRE(value.starts_with('<'));
    REQUIRE(value.ends_with('>'));
    return value;
}

struct Call {
    Call(TestExchange& its_exchange, const Request& invite, const sip::Endpoint& from,
         const sip::Endpoint& to, const std::string& contact)
        : exchange(its_exchange) {
        exchange.hear(from, invite);
        const auto received = exchange.next(to, "INVITE");
        route = route_of(received);
        exchange.answer(received, 200, "Contact: <sip:bob@" + contact + ">\r\n");
        const auto ok = exchange.next(from, 200);
        CHECK(route_of(ok) == route);
        remote_target = "sip:bob@" + contact;
    }
    Request from_caller(const std::string& method, std::string cseq) const {
        auto request = of_alice(method);
        request.uri = remote_target;
        request.to += ";tag=b1";
        request.cseq = std::move(cseq);
        request.branch = "z9hG4bK-a-" + method + request.cseq;
        request.more += "Route: " + route + "\r\n";
        return request;
    }
    Request from_called(const std::string& method, const std::string& caller_contact) const {
        Request request;
        request.method = method;
        request.uri = "sip:alice@" + caller_contact;
        request.from = "<sip:bob@example.com>;tag=b1";
        request.to = "<sip:alice@example.com>;tag=a1";
        request.branch = "z9hG4bK-b-" + method;
        request.sent_by = bobs_inner + ";rport";
        request.more += "Route: " + route + "\r\n";
        return request;
    }
    TestExchange& exchange;
    std::string route, remote_target;
};

}  // namespace

TEST_CASE("both phones are behind a NAT: all of the call takes the way by which they came") {
    TestExchange exchange;
    register_bob(exchange, bobs_inner + ";rport", bobs_inner);
    const Call call(exchange, of_alice(), alices_hole, bobs_hole, bobs_inner);

    exchange.hear(alices_hole, call.from_caller("ACK", "1"));
    CHECK(exchange.next(bobs_hole, "ACK").start() == "ACK sip:bob@10.0.0.20:5060 SIP/2.0");
    exchange.hear(alices_hole, call.from_caller("INFO", "2"));
    exchange.next(bobs_hole, "INFO");
    exchange.hear(bobs_hole, call.from_called("BYE", alices_inner));
    CHECK(exchange.next(alices_hole, "BYE").start() == "BYE sip:alice@192.168.1.10:5060 SIP/2.0");
}

TEST_CASE("a NAT that gave the caller another hole meanwhile does not confuse the sides") {
    TestExchange exchange;
    register_bob(exchange, bobs_inner + ";rport", bobs_inner);
    const Call call(exchange, of_alice(), alices_hole, bobs_hole, bobs_inner);
    exchange.hear(endpoint("198.51.100.77:41999"), call.from_caller("BYE", "2"));
    exchange.next(bobs_hole, "BYE");
}

TEST_CASE("only the caller is behind a NAT") {
    TestExchange exchange;
    exchange.bind("bob", "sip:bob@198.51.100.2:5060");
    const Call call(exchange, of_alice(), alices_hole, bob, "198.51.100.2:5060");
    exchange.hear(alices_hole, call.from_caller("ACK", "1"));
    exchange.next(bob, "ACK");
    exchange.hear(bob, call.from_called("BYE", alices_inner));
    exchange.next(alices_hole, "BYE");
}

TEST_CASE("phones that are where they say they are need no flows in the route") {
    TestExchange exchange;
    exchange.bind("bob", "sip:bob@198.51.100.2:5060");
    exchange.hear(alice, Request{});
    const auto invite = exchange.next(bob, "INVITE");
    CHECK(route_of(invite).find(";fc=") == std::string::npos);
    CHECK(route_of(invite).find(";fd=") == std::string::npos);
}

TEST_CASE(
    "a phone that knows its outer address, and one registered by somebody else, are reached by Contact") {
    TestExchange exchange;
    SUBCASE("it has learnt it from rport") {
        register_bob(exchange, bobs_inner + ";rport", "198.51.100.88:42000");
        exchange.hear(alice, Request{});
        CHECK(route_of(exchange.next(bobs_hole, "INVITE")).find(";fd=") == std::string::npos);
    }
    SUBCASE("who registers it is behind no NAT") {
        register_bob(exchange, "198.51.100.88:42000", "198.51.100.2:5060");
        exchange.hear(alice, Request{});
        exchange.next(bob, "INVITE");
    }
    SUBCASE("it answers at a port of its own, and does not ask for rport") {
        register_bob(exchange, "198.51.100.88:5060", "198.51.100.88:5060");
        exchange.hear(alice, Request{});
        exchange.next(endpoint("198.51.100.88:5060"), "INVITE");
    }
}

TEST_CASE("a call that came through another proxy goes back through it") {
    TestExchange exchange;
    exchange.bind("bob", "sip:bob@198.51.100.2:5060");
    auto invite = of_alice();
    invite.sent_by = "198.51.100.9:5060;branch=z9hG4bK-p\r\nVia: SIP/2.0/UDP " + alices_inner;
    exchange.hear(alices_hole, invite);
    CHECK(route_of(exchange.next(bob, "INVITE")).find(";fc=") == std::string::npos);
}

TEST_CASE("nobody is sent to a flow that a stranger wrote") {
    TestExchange exchange;
    register_bob(exchange, bobs_inner + ";rport", bobs_inner);
    const Call call(exchange, of_alice(), alices_hole, bobs_hole, bobs_inner);
    auto forged = call.from_caller("BYE", "2");
    const auto at = forged.more.find(";fd=") + 4;
    forged.more[at + 4] = forged.more[at + 4] == '0' ? '1' : '0';  // another address
    exchange.hear(mallory, forged);
    CHECK(exchange.count(bobs_hole, "BYE") == 0);
    CHECK(exchange.count_to(mallory) == 1);  // it is challenged
}
