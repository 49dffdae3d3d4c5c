#include "almon/server/proxy.hpp"

#include "almon/server/test_exchange.hpp"

using namespace almon;
using namespace almon::server;
using namespace std::chrono_literals;

namespace {

// Alice calls Bob, who has these phones; all with the same q unless a test says otherwise.
struct Fork : TestExchange {
    explicit Fork(std::initializer_list<sip::Endpoint> phones, SettingsSnapshot settings = usual_settings())
        : TestExchange(std::move(settings)) {
        for (const auto& phone : phones) bind("bob", "sip:bob@" + base::printed(phone));
    }
    void call(const Request& request = {}) { hear(alice, request); }
    void hang_up() { hear(alice, Request{.method = "CANCEL"}); }
    // The final answers to the INVITE that Alice has got by now, each once however often it was repeated.
    std::string outcome() {
        std::string found;
        for (const auto& sent : all()) {
            const bool is_final = sent.message.is_response() && sent.message.status().is_final();
            if (sent.to != alice || !is_final || !sent.field("CSeq").ends_with("INVITE")) continue;
            const auto status = sent.start().substr(8);
            if (found.find(status) == std::string::npos) found += status;
        }
        return found;
    }
};

// The phones of a crowd, by number.
sip::Endpoint crowded(std::size_t phone) {
    return {alice.address, static_cast<std::uint16_t>(10'000 + phone)};
}

// Bob has so many phones.
struct Crowd : Fork {
    explicit Crowd(std::size_t count, SettingsSnapshot settings = usual_settings())
        : Fork({}, std::move(settings)), phones(count) {
        for (std::size_t i = 0; i < phones; ++i) bind("bob", "sip:bob@" + base::printed(crowded(i)));
    }
    // Those to which an INVITE has gone that was not taken out yet.
    std::size_t ringing() const {
        std::size_t found = 0;
        for (std::size_t i = 0; i < phones; ++i) found += count(crowded(i), "INVITE");
        return found;
    }
    void all_decline() {
        for (const auto& sent : all())
            if (sent.is("INVITE")) answer(sent, 486);
    }
    std::size_t phones;
};

}  // namespace

// --- Forwarding and simple answers.

TEST_CASE("an INVITE goes to the contact with our Via, Record-Route and one hop less") {
    Fork exchange{bob};
    exchange.call({.more = "Max-Forwards: 70\r\nContact: <sip:alice@198.51.100.1>\r\n", .body = "v=0\r\n"});
    const auto invite = exchange.next(bob, "INVITE");
    CHECK(invite.start() == "INVITE sip:bob@198.51.100.2:5060 SIP/2.0");
    CHECK(invite.field("Via").starts_with("SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bK"));
    CHECK(invite.field("Via").find(" | SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bK-alice-1") !=
          std::string::npos);
    CHECK(invite.field("Max-Forwards") == "69");
    CHECK(invite.field("Max-Breadth") == "60");
    CHECK(invite.field("Record-Route").starts_with("<sip:192.0.2.1:5060;lr;ak="));
    CHECK(invite.field("Contact") == "<sip:alice@198.51.100.1>");
    CHECK(invite.message.body() == "v=0\r\n");
}

TEST_CASE("responses go back without our Via and otherwise as they came, a 100 does not") {
    Fork exchange{bob};
    exchange.call();
    const auto invite = exchange.next(bob, "INVITE");
    exchange.answer(invite, 100);
    CHECK(exchange.count_to(alice) == 0);
    exchange.answer(invite, 180);
    CHECK(exchange.next(alice, 180).field("Via") == "SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bK-alice-1");
    exchange.answer(invite, 200, "Contact: <sip:bob@198.51.100.2>\r\nX-Unknown: y\r\n");
    const auto ok = exchange.next(alice, 200);
    CHECK(ok.field("X-Unknown") == "y");
    CHECK(ok.field("To") == "<sip:bob@example.com>;tag=b1");
    CHECK(ok.field("Record-Route") == invite.field("Record-Route"));
}

TEST_CASE("the caller gets a 100 after 200 ms when nobody has said more") {
    Fork exchange{bob};
    exchange.call();
    exchange.pass(210ms);
    CHECK(exchange.count(alice, 100) == 1);
}

TEST_CASE("a method that nobody knows is proxied like any other") {
    Fork exchange{bob};
    exchange.call({.method = "FUTURE"});
    const auto request = exchange.next(bob, "FUTURE");
    exchange.answer(request, 299);
    CHECK(exchange.next(alice, 299).field("CSeq") == "1 FUTURE");
    CHECK(exchange.proxy.contexts() == 0);
}

TEST_CASE("a retransmitted INVITE starts nothing new") {
    Fork exchange{bob};
    exchange.call();
    exchange.call();
    CHECK(exchange.count(bob, "INVITE") == 1);
}

TEST_CASE("a response whose only Via is ours goes nowhere, and the caller gets a 502") {
    Fork exchange{bob};
    exchange.call();
    const auto invite = exchange.next(bob, "INVITE");
    const auto via = invite.field("Via");
    const auto reply = [&](const std::string& status) {
        return "SIP/2.0 " + status + " X\r\nVia: " + via.substr(0, via.find(" | ")) +
               "\r\nFrom: <sip:alice@example.com>;tag=a1\r\nTo: <sip:bob@example.com>;tag=b\r\nCall-ID: "
               "call-1@alice\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n";
    };
    exchange.hear(bob, reply("180"));
    CHECK(exchange.count_to(alice) == 0);
    exchange.hear(bob, reply("486"));
    CHECK(exchange.outcome() == "502 Bad Gateway");
}

TEST_CASE("nothing is left of a call that failed") {
    Fork exchange{bob};
    exchange.call();
    exchange.answer(exchange.next(bob, "INVITE"), 486);
    CHECK(exchange.count(bob, "ACK") == 1);
    CHECK(exchange.outcome() == "486 Busy Here");
    CHECK(exchange.proxy.contexts() == 0);
    exchange.pass(64s);
    CHECK(exchange.stack.client_transactions() == 0);
    CHECK(exchange.stack.server_transactions() == 0);
    CHECK(!exchange.stack.deadline());
}

TEST_CASE("nothing is left of an answered call but the path that its requests take") {
    Fork exchange{bob};
    exchange.call();
    exchange.answer(exchange.next(bob, "INVITE"), 200);
    exchange.pass(64s);
    CHECK(exchange.proxy.contexts() == 0);
    CHECK(!exchange.stack.deadline());
}

// --- Forking: RFC 3261 §16.7.

TEST_CASE("two phones ring, one answers, the other is cancelled") {
    Fork exchange{bobs_desk, bobs_car};
    exchange.call();
    const auto desk = exchange.next(bobs_desk, "INVITE");
    const auto car = exchange.next(bobs_car, "INVITE");
    CHECK(desk.field("Via") != car.field("Via"));
    exchange.answer(desk, 180, {}, "desk");
    exchange.answer(car, 180, {}, "car");
    CHECK(exchange.count(alice, 180) == 2);
    exchange.answer(car, 200, {}, "car");
    const auto cancel = exchange.next(bobs_desk, "CANCEL");
    CHECK(desk.field("Via").starts_with(cancel.field("Via")));
    CHECK(exchange.count(bobs_car, "CANCEL") == 0);
    exchange.answer(cancel, 200);
    exchange.answer(desk, 487, {}, "desk");
    CHECK(exchange.count(bobs_desk, "ACK") == 1);
    CHECK(exchange.outcome() == "200 OK");
}

TEST_CASE("both answer: both 2xx reach the caller") {
    Fork exchange{bobs_desk, bobs_car};
    exchange.call();
    const auto desk = exchange.next(bobs_desk, "INVITE");
    const auto car = exchange.next(bobs_car, "INVITE");
    exchange.answer(desk, 200, {}, "desk");
    exchange.answer(car, 200, {}, "car");
    CHECK(exchange.next(alice, 200).field("To").ends_with("tag=desk"));
    CHECK(exchange.next(alice, 200).field("To").ends_with("tag=car"));
}

TEST_CASE("a retransmitted 2xx is forwarded again, a late one after the CANCEL too") {
    Fork exchange{bobs_desk, bobs_car};
    exchange.call();
    const auto desk = exchange.next(bobs_desk, "INVITE");
    const auto car = exchange.next(bobs_car, "INVITE");
    exchange.answer(desk, 180);
    exchange.answer(car, 200, {}, "car");
    exchange.answer(car, 200, {}, "car");
    CHECK(exchange.count(alice, 200) == 2);
    exchange.pass(5s);
    exchange.answer(desk, 200, {}, "desk");
    CHECK(exchange.count(alice, 200) == 3);
}

TEST_CASE("a phone that has not answered anything is cancelled with its first provisional response (§9.1)") {
    Fork exchange{bobs_desk, bobs_car};
    exchange.call();
    const auto desk = exchange.next(bobs_desk, "INVITE");
    exchange.answer(exchange.next(bobs_car, "INVITE"), 200);
    CHECK(exchange.count(bobs_desk, "CANCEL") == 0);
    exchange.answer(desk, 100);
    CHECK(exchange.count(bobs_desk, "CANCEL") == 1);
    exchange.answer(desk, 180);
    CHECK(exchange.count(bobs_desk, "CANCEL") == 1);
}

TEST_CASE("after the answer no provisional response of another fork goes back") {
    Fork exchange{bobs_desk, bobs_car};
    exchange.call();
    const auto desk = exchange.next(bobs_desk, "INVITE");
    exchange.answer(exchange.next(bobs_car, "INVITE"), 200);
    exchange.answer(desk, 180);
    CHECK(exchange.count(alice, 180) == 0);
}

TEST_CASE("a 6xx cancels the others and is forwarded when all have ended") {
    Fork exchange{bobs_desk, bobs_car};
    exchange.call();
    const auto desk = exchange.next(bobs_desk, "INVITE");
    exchange.answer(desk, 180);
    exchange.answer(exchange.next(bobs_car, "INVITE"), 603);
    CHECK(exchange.count(bobs_desk, "CANCEL") == 1);
    CHECK(exchange.count(alice, 603) == 0);
    exchange.answer(desk, 487);
    CHECK(exchange.outcome() == "603 Decline");
}

TEST_CASE("a 2xx that crosses the CANCEL after a 6xx wins") {
    Fork exchange{bobs_desk, bobs_car};
    exchange.call();
    const auto desk = exchange.next(bobs_desk, "INVITE");
    exchange.answer(desk, 180);
    exchange.answer(exchange.next(bobs_car, "INVITE"), 603);
    exchange.answer(desk, 200);
    CHECK(exchange.outcome() == "200 OK");
}

TEST_CASE("a 6xx keeps later targets from being tried") {
    Fork exchange{bobs_desk};
    exchange.bind("bob", "sip:bob@198.51.100.4", 500);
    exchange.call();
    exchange.answer(exchange.next(bobs_desk, "INVITE"), 600);
    CHECK(exchange.count_to(bobs_car) == 0);
    CHECK(exchange.outcome() == "600 Busy Everywhere");
}

TEST_CASE("when all decline the best of their answers is forwarded, once") {
    Fork exchange{bobs_desk, bobs_car};
    exchange.call();
    exchange.answer(exchange.next(bobs_desk, "INVITE"), 500);
    CHECK(exchange.count_to(alice) == 0);
    exchange.answer(exchange.next(bobs_car, "INVITE"), 486, {}, "car");
    CHECK(exchange.outcome() == "486 Busy Here");
}

TEST_CASE("challenges of all forks are merged into one answer (§16.7 step 7)") {
    Fork exchange{bobs_desk, bobs_car};
    exchange.call();
    exchange.answer(exchange.next(bobs_desk, "INVITE"), 401,
                    "WWW-Authenticate: Digest realm=\"desk\", nonce=\"1\"\r\n");
    exchange.answer(exchange.next(bobs_car, "INVITE"), 407,
                    "Proxy-Authenticate: Digest realm=\"car\", nonce=\"2\"\r\n");
    const auto answer = exchange.next(alice, 401);
    CHECK(answer.field("WWW-Authenticate") == "Digest realm=\"desk\", nonce=\"1\"");
    CHECK(answer.field("Proxy-Authenticate") == "Digest realm=\"car\", nonce=\"2\"");
    CHECK(exchange.count(alice, 407) == 0);
}

TEST_CASE("one phone busy, the other silent: the caller learns that it is busy") {
    Fork exchange{bobs_desk, bobs_car};
    exchange.call();
    exchange.answer(exchange.next(bobs_desk, "INVITE"), 486);
    exchange.pass(33s);
    CHECK(exchange.outcome() == "486 Busy Here");
}

TEST_CASE("a 503 of one phone is a 500 for the caller") {
    Fork exchange{bob};
    exchange.call();
    exchange.answer(exchange.next(bob, "INVITE"), 503, "Retry-After: 60\r\n");
    CHECK(exchange.outcome() == "500 Server Internal Error");
}

TEST_CASE("nobody answers: 408 after 64*T1") {
    Fork exchange{bob};
    exchange.call();
    exchange.pass(31s);
    CHECK(exchange.outcome().empty());
    exchange.pass(2s);
    CHECK(exchange.outcome() == "408 Request Timeout");
    CHECK(exchange.proxy.contexts() == 0);
    exchange.pass(70s);
    CHECK(exchange.stack.client_transactions() == 0);
}

TEST_CASE("a non-INVITE that nobody answers is not answered either (RFC 4320 §4.2)") {
    Fork exchange{bob};
    exchange.call({.method = "MESSAGE"});
    exchange.pass(40s);
    CHECK(exchange.count(alice, 408) == 0);
    CHECK(exchange.proxy.contexts() == 0);
}

TEST_CASE("a 2xx to a forked non-INVITE goes back alone, and nobody is cancelled") {
    Fork exchange{bobs_desk, bobs_car};
    exchange.call({.method = "MESSAGE"});
    const auto desk = exchange.next(bobs_desk, "MESSAGE");
    exchange.answer(exchange.next(bobs_car, "MESSAGE"), 200);
    exchange.answer(desk, 202);
    CHECK(exchange.count(alice, 200) == 1);
    CHECK(exchange.count(alice, 202) == 0);
    CHECK(exchange.count(bobs_desk, "CANCEL") == 0);
    CHECK(exchange.proxy.contexts() == 0);
}

TEST_CASE("a 6xx to a forked non-INVITE goes back at once") {
    Fork exchange{bobs_desk, bobs_car};
    exchange.call({.method = "MESSAGE"});
    exchange.answer(exchange.next(bobs_car, "MESSAGE"), 603);
    CHECK(exchange.count(alice, 603) == 1);
    CHECK(exchange.proxy.contexts() == 0);
}

TEST_CASE("lower q comes when higher q has failed") {
    Fork exchange{bobs_desk};
    exchange.bind("bob", "sip:bob@198.51.100.4", 500);
    exchange.call();
    CHECK(exchange.count_to(bobs_car) == 0);
    exchange.answer(exchange.next(bobs_desk, "INVITE"), 486);
    const auto car = exchange.next(bobs_car, "INVITE");
    CHECK(car.start() == "INVITE sip:bob@198.51.100.4 SIP/2.0");
    CHECK(car.field("Max-Forwards") == "69");
    exchange.answer(car, 200);
    CHECK(exchange.outcome() == "200 OK");
}

TEST_CASE("lower q does not come after an answer") {
    Fork exchange{bobs_desk};
    exchange.bind("bob", "sip:bob@198.51.100.4", 500);
    exchange.call();
    exchange.answer(exchange.next(bobs_desk, "INVITE"), 200);
    exchange.pass(64s);
    CHECK(exchange.count_to(bobs_car) == 0);
}

TEST_CASE("no more branches than the operator allows") {
    auto settings = TestExchange::usual_settings();
    settings->max_branches = 1;
    Fork exchange({bobs_desk, bobs_car}, settings);
    exchange.call();
    exchange.answer(exchange.next(bobs_desk, "INVITE"), 486);
    CHECK(exchange.count_to(bobs_car) == 0);
    CHECK(exchange.outcome() == "486 Busy Here");
}

TEST_CASE("by default a call rings as many phones as the limit says, and no others after them") {
    Crowd exchange(base::limits::branches_per_request + 1);
    exchange.call();
    CHECK(exchange.ringing() == base::limits::branches_per_request);
    exchange.all_decline();
    CHECK(exchange.ringing() == 0);
    CHECK(exchange.outcome() == "486 Busy Here");
    CHECK(exchange.proxy.contexts() == 0);
}

// --- CANCEL by the caller: §16.10.

TEST_CASE("the caller hangs up: the phone is cancelled and its 487 goes back") {
    Fork exchange{bob};
    exchange.call();
    const auto invite = exchange.next(bob, "INVITE");
    exchange.answer(invite, 180);
    exchange.hang_up();
    CHECK(exchange.next(alice, 200).field("CSeq") == "1 CANCEL");
    exchange.answer(exchange.next(bob, "CANCEL"), 200);
    exchange.answer(invite, 487);
    CHECK(exchange.outcome() == "487 Request Terminated");
}

TEST_CASE("the caller hangs up before the phone has said anything: the CANCEL waits for its first response") {
    Fork exchange{bob};
    exchange.call();
    const auto invite = exchange.next(bob, "INVITE");
    exchange.hang_up();
    CHECK(exchange.count(bob, "CANCEL") == 0);
    exchange.answer(invite, 180);
    CHECK(exchange.count(bob, "CANCEL") == 1);
    exchange.answer(invite, 487);
    CHECK(exchange.outcome() == "487 Request Terminated");
}

TEST_CASE("the caller hangs up and the phone never says anything: 487 of our own") {
    Fork exchange{bob};
    exchange.call();
    exchange.hang_up();
    exchange.pass(33s);
    CHECK(exchange.count(bob, "CANCEL") == 0);
    CHECK(exchange.outcome() == "487 Request Terminated");
}

TEST_CASE("a phone that ignores its CANCEL is given up after 64*T1") {
    Fork exchange{bob};
    exchange.call();
    exchange.answer(exchange.next(bob, "INVITE"), 180);
    exchange.hang_up();
    exchange.pass(31s);
    CHECK(exchange.outcome().empty());
    exchange.pass(2s);
    CHECK(exchange.outcome() == "487 Request Terminated");
    CHECK(exchange.proxy.contexts() == 0);
}

TEST_CASE("the answer crosses the CANCEL: the caller gets the 200") {
    Fork exchange{bob};
    exchange.call();
    const auto invite = exchange.next(bob, "INVITE");
    exchange.answer(invite, 180);
    exchange.hang_up();
    exchange.answer(invite, 200);
    CHECK(exchange.outcome() == "200 OK");
}

TEST_CASE("a CANCEL after the answer cancels nobody") {
    Fork exchange{bob};
    exchange.call();
    exchange.answer(exchange.next(bob, "INVITE"), 200);
    exchange.hang_up();
    CHECK(exchange.count(bob, "CANCEL") == 0);
}

TEST_CASE("a CANCEL keeps the next targets from being tried") {
    Fork exchange{bobs_desk};
    exchange.bind("bob", "sip:bob@198.51.100.4", 500);
    exchange.call();
    const auto desk = exchange.next(bobs_desk, "INVITE");
    exchange.answer(desk, 180);
    exchange.hang_up();
    exchange.answer(desk, 487);
    CHECK(exchange.count_to(bobs_car) == 0);
    CHECK(exchange.outcome() == "487 Request Terminated");
}

// --- Timer C: §16.8.

TEST_CASE("Timer C cancels a phone that rings for more than three minutes; the caller hears a timeout") {
    Fork exchange{bob};
    exchange.call();
    const auto invite = exchange.next(bob, "INVITE");
    exchange.answer(invite, 180);
    exchange.pass(180s);
    CHECK(exchange.count(bob, "CANCEL") == 0);
    exchange.pass(2s);
    CHECK(exchange.count(bob, "CANCEL") > 0);
    exchange.answer(invite, 487);
    CHECK(exchange.outcome() == "408 Request Timeout");
}

TEST_CASE("each provisional response but 100 starts Timer C again") {
    Fork exchange{bob};
    exchange.call();
    const auto invite = exchange.next(bob, "INVITE");
    exchange.answer(invite, 180);
    exchange.pass(170s);
    exchange.answer(invite, 183);
    exchange.pass(170s);
    CHECK(exchange.count(bob, "CANCEL") == 0);
    exchange.answer(invite, 100);
    exchange.pass(12s);
    CHECK(exchange.count(bob, "CANCEL") > 0);
}

TEST_CASE("after Timer C a phone that stays silent counts as 408") {
    Fork exchange{bob};
    exchange.call();
    exchange.answer(exchange.next(bob, "INVITE"), 180);
    exchange.pass(181s + 33s);
    CHECK(exchange.outcome() == "408 Request Timeout");
    CHECK(exchange.proxy.contexts() == 0);
}

// --- Max-Breadth: RFC 5393 §5.3.

TEST_CASE("the branches share Max-Breadth") {
    Fork exchange{bobs_desk, bobs_car};
    exchange.call({.more = "Max-Forwards: 70\r\nMax-Breadth: 5\r\n"});
    CHECK(exchange.next(bobs_desk, "INVITE").field("Max-Breadth") == "2");
    CHECK(exchange.next(bobs_car, "INVITE").field("Max-Breadth") == "3");
}

TEST_CASE(
    "a request without Max-Breadth rings as many phones at once as the limit says, the others in turn") {
    auto settings = TestExchange::usual_settings();
    settings->max_branches = 1'000;
    Crowd exchange(base::limits::max_breadth + 2, settings);
    exchange.call();
    CHECK(exchange.ringing() == base::limits::max_breadth);
    exchange.answer(exchange.next(crowded(0), "INVITE"), 486);
    CHECK(exchange.ringing() == base::limits::max_breadth);
    CHECK(exchange.next(crowded(base::limits::max_breadth), "INVITE").field("Max-Breadth") == "1");
}

TEST_CASE("with a Max-Breadth of 1 the branches follow one another") {
    Fork exchange{bobs_desk, bobs_car};
    exchange.call({.more = "Max-Forwards: 70\r\nMax-Breadth: 1\r\n"});
    CHECK(exchange.count_to(bobs_car) == 0);
    exchange.answer(exchange.next(bobs_desk, "INVITE"), 404);
    const auto car = exchange.next(bobs_car, "INVITE");
    CHECK(car.field("Max-Breadth") == "1");
    exchange.answer(car, 486);
    CHECK(exchange.count_to(alice) == 1);
}

TEST_CASE("a Max-Breadth of 0 is refused with 440") {
    Fork exchange{bob};
    exchange.call({.more = "Max-Forwards: 70\r\nMax-Breadth: 0\r\n"});
    CHECK(exchange.count_to(bob) == 0);
    CHECK(exchange.outcome() == "440 Max-Breadth Exceeded");
}

// --- Transport errors: §16.9.

TEST_CASE("a phone that cannot be reached counts as 503") {
    Fork exchange{bob};
    exchange.refuse_packets_to(bob);
    exchange.call();
    exchange.pass(10ms);
    CHECK(exchange.outcome() == "500 Server Internal Error");
    CHECK(exchange.proxy.contexts() == 0);
}

TEST_CASE("a phone that cannot be reached makes way for the next") {
    Fork exchange{bobs_desk};
    exchange.bind("bob", "sip:bob@198.51.100.4", 500);
    exchange.refuse_packets_to(bobs_desk);
    exchange.call();
    exchange.pass(10ms);
    exchange.answer(exchange.next(bobs_car, "INVITE"), 200);
    CHECK(exchange.outcome() == "200 OK");
}

TEST_CASE("the connection of a phone is gone: the contact is tried") {
    const auto gone = endpoint("198.51.100.2:40000");
    const sip::Flow connection{sip::Transport::tcp, endpoint("192.0.2.1:5060"), gone, {1, 1, 0}};
    Fork exchange{};
    exchange.bind("bob", "sip:bob@198.51.100.2;transport=tcp", 1000, connection);
    exchange.refuse_packets_to(gone);
    exchange.call();
    exchange.pass(10ms);
    const auto invite = exchange.next(bob, "INVITE");
    CHECK(invite.transport == sip::Transport::tcp);
    exchange.answer(invite, 200);
    CHECK(exchange.outcome() == "200 OK");
}

TEST_CASE("without a transport that gets there the caller hears of it") {
    Fork exchange{};
    exchange.bind("bob", "sip:bob@198.51.100.2;transport=tls");
    exchange.call();
    exchange.pass(10ms);
    CHECK(exchange.outcome() == "500 Server Internal Error");
}
