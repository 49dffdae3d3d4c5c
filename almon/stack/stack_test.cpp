#include "almon/stack/stack.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "almon/base/test_log.hpp"
#include "almon/sip/transport/head_lines.hpp"

using namespace almon;
using namespace almon::stack;
using namespace std::chrono_literals;

namespace {

const sip::Endpoint our_address = *sip::Endpoint::parse("192.0.2.1:5060");
const sip::Endpoint peer_address = *sip::Endpoint::parse("192.0.2.9:5999");

// One stack in virtual time, with a core and users that only take notes.
struct Lab : Core, ServerUser, ClientUser, AlarmUser {
    explicit Lab(Settings settings = {})
        : stack(with_listeners(std::move(settings)), *this, random, outbox, base::HashKey{1, 2},
                base::Log(log, base::Level::debug)) {}

    static Settings with_listeners(Settings settings) {
        settings.listeners = {{sip::Transport::udp, our_address, "192.0.2.1:5060"},
                              {sip::Transport::tcp, our_address, "192.0.2.1:5060"},
                              {sip::Transport::ws, our_address, "192.0.2.1:5060"}};
        return settings;
    }
    static sip::Flow udp() { return {sip::Transport::udp, our_address, peer_address, {}}; }
    static sip::Flow tcp() { return {sip::Transport::tcp, our_address, peer_address, {3, 1, 0}}; }

    void request(const Arrival& arrival) override {
        seen.push_back(std::string(arrival.message.method().value()));
        last_request = std::string(arrival.message.octets());
        if (answer_all) {
            auto out = stack.scratch();
            sip::write_reply(arrival.message, {.status = *answer_all}, out);
            (void)stack.answer(arrival, *answer_all, out.view());
            return;
        }
        if (open_all && arrival.message.method() != sip::method::ack) {
            auto opened = stack.open(arrival, *this, 7);
            if (opened) transaction.emplace(std::move(*opened));
        }
    }
    void cancelled(std::uint64_t) override { seen.push_back("cancelled"); }
    void server_ended(std::uint64_t) override { seen.push_back("server ended"); }
    void response(std::uint64_t, const Arrival& arrival) override {
        seen.push_back(std::to_string(arrival.message.status().code()));
    }
    void failed(std::uint64_t, Failure why) override {
        seen.push_back(why == Failure::timed_out ? "timed out" : "unreachable");
    }
    void client_ended(std::uint64_t) override { seen.push_back("client ended"); }
    void alarm(std::uint64_t cookie) override { seen.push_back("alarm " + std::to_string(cookie)); }

    void hear(std::string_view octets) { stack.datagram(udp(), octets, moment); }
    void finish(std::uint16_t code) {
        const auto request = *sip::Message::parse(last_request);
        stack.finish(std::move(*transaction), request, {.status = sip::Status(code)});
    }
    void ring() {
        auto out = stack.scratch();
        sip::write_reply(*sip::Message::parse(last_request), {.status = sip::status::ringing}, out);
        stack.provisional(*transaction, sip::status::ringing, std::string(out.view()));
    }
    ClientHandle call(std::string_view text, sip::Flow flow = udp()) {
        const auto message = *sip::Message::parse(text);
        sip::Edits edits;
        return stack.send({message, edits, flow}, *this, 8);
    }
    void pass(base::Duration time) {
        const auto end = moment.now + time;
        while (const auto next = stack.deadline()) {
            if (*next > end) break;
            moment.now = *next;
            stack.advance(moment);
            note_sent();
        }
        moment.now = end;
        stack.advance(moment);
        note_sent();
    }
    // First lines of what was sent since the last look.
    std::vector<std::string> sent() {
        note_sent();
        return std::exchange(sent_lines, {});
    }
    void note_sent() {
        for (const auto& packet : outbox.packets()) {
            const auto octets = outbox.octets(packet);
            sent_lines.emplace_back(octets.substr(0, octets.find("\r\n")));
            sent_ms.push_back(
                std::chrono::duration_cast<std::chrono::milliseconds>(moment.now.time_since_epoch()).count());
            last_sent = std::string(octets);
            last_flow = packet.flow;
            last_origin = packet.origin;
            last_fallback = packet.fallback;
        }
        closed.insert(closed.end(), outbox.closed().begin(), outbox.closed().end());
        outbox.clear();
    }
    // The answer of a phone to what was sent last, with the fields that it must have.
    std::string own_answer(std::string_view status) const {
        std::string text = "SIP/2.0 " + std::string(status) + "\r\n";
        sip::HeadLines lines(last_sent);
        while (const auto line = lines.next())
            for (const auto& name : {sip::Via::name, sip::From::name, sip::CallId::name, sip::CSeq::name})
                if (line->is(name)) text.append(name.text()).append(": ").append(line->value).append("\r\n");
        return text + "To: <sip:bob@192.0.2.1>;tag=t\r\nContent-Length: 0\r\n\r\n";
    }
    std::string answer(std::string_view status_line, std::string_view to_tag = "x") {
        auto reply = *sip::Message::parse(last_sent);
        std::string text = std::string(status_line) + "\r\n";
        for (const auto& field : reply.fields()) {
            text.append(reply.name(field)).append(": ").append(reply.value(field));
            if (sip::To::name.matches(reply.name(field)) && !to_tag.empty())
                text.append(";tag=").append(to_tag);
            text += "\r\n";
        }
        return text + "\r\n";
    }

    base::Random random{std::uint64_t{1}};
    Outbox outbox;
    base::RecordedLog log;
    base::Moment moment{base::Instant(1'000s), {}};
    Stack stack;
    bool open_all = true;
    std::optional<sip::Status> answer_all;
    std::optional<ServerTransaction> transaction;
    std::vector<std::string> seen, sent_lines;
    std::vector<long> sent_ms;
    std::vector<sip::ConnectionId> closed;
    std::string last_request, last_sent;
    sip::Flow last_flow;
    sip::Endpoint last_fallback;
    ClientHandle last_origin;
};

std::string request(std::string_view method, std::string_view branch = "z9hG4bK1",
                    std::string_view to_tag = "", std::string_view transport = "UDP") {
    std::string text(method);
    text.append(" sip:bob@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/").append(transport);
    text.append(" 192.0.2.9:5999;branch=").append(branch);
    text.append("\r\nMax-Forwards: 70\r\nFrom: <sip:alice@192.0.2.9>;tag=a\r\nTo: <sip:bob@192.0.2.1>");
    if (!to_tag.empty()) text.append(";tag=").append(to_tag);
    text.append("\r\nCall-ID: c1\r\nCSeq: 1 ").append(method).append("\r\nContent-Length: 0\r\n\r\n");
    return text;
}

std::string to_tag_of(const std::string& octets) {
    const auto message = *sip::Message::parse(octets);
    return std::string(message.get<sip::To>()->tag.value());
}

// A request to send has no Via yet.
std::string unsent(std::string_view method, std::size_t padding = 0) {
    auto text = request(method);
    const auto via = text.find("Via:");
    text.erase(via, text.find("\r\n", via) + 2 - via);
    if (padding) text.insert(text.find("Call-ID"), "Subject: " + std::string(padding, 's') + "\r\n");
    return text;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a request reaches the core once, its repeats get the latest answer") {
    Lab lab;
    lab.hear(request("MESSAGE"));
    lab.hear(request("MESSAGE"));
    CHECK(lab.seen == Lines{"MESSAGE"});
    CHECK(lab.sent().empty());
    lab.finish(200);
    lab.hear(request("MESSAGE"));
    CHECK(lab.sent() == Lines{"SIP/2.0 200 OK", "SIP/2.0 200 OK"});
    lab.pass(33s);
    CHECK(lab.seen == Lines{"MESSAGE", "server ended"});
    CHECK(lab.stack.server_transactions() == 0);
}

TEST_CASE("what is answered at once is answered alike when it is repeated, and then forgotten") {
    for (const auto method : {"MESSAGE", "INVITE"}) {
        Lab lab;
        lab.answer_all = sip::status::not_found;
        lab.hear(request(method));
        lab.hear(request(method));
        CHECK(lab.sent() == Lines{"SIP/2.0 404 Not Found", "SIP/2.0 404 Not Found"});
        CHECK(lab.seen == Lines{method});
        CHECK(lab.stack.invites_in_progress() == 0);
        lab.pass(64s);
        CHECK(lab.stack.server_transactions() == 0);
    }
}

TEST_CASE("with a full table nothing is answered at once but 503") {
    Lab lab({.transaction_limit = 0});
    lab.answer_all = sip::status::ok;
    lab.hear(request("MESSAGE"));
    CHECK(lab.sent() == Lines{"SIP/2.0 503 Service Unavailable"});
    CHECK(lab.stack.server_transactions() == 0);
}

TEST_CASE("an INVITE without an answer gets its 100 after 200 ms, one with an answer gets none") {
    Lab lab;
    lab.hear(request("INVITE"));
    lab.pass(199ms);
    CHECK(lab.sent().empty());
    lab.pass(1ms);
    CHECK(lab.sent() == Lines{"SIP/2.0 100 Trying"});
    CHECK(to_tag_of(lab.last_sent).empty());
    Lab quick;
    quick.hear(request("INVITE"));
    quick.ring();
    quick.pass(10s);
    CHECK(quick.sent() == Lines{"SIP/2.0 180 Ringing"});
}

TEST_CASE("a refused INVITE repeats its answer until the ACK comes, and the core never sees that ACK") {
    Lab lab;
    lab.hear(request("INVITE"));
    CHECK(lab.stack.invites_in_progress() == 1);
    lab.finish(486);
    CHECK(lab.stack.invites_in_progress() == 0);
    lab.pass(1'600ms);
    CHECK(lab.sent() == Lines{3, "SIP/2.0 486 Busy Here"});
    lab.hear(request("ACK", "z9hG4bK1", to_tag_of(lab.last_sent)));
    lab.pass(40s);
    CHECK(lab.sent().empty());
    CHECK(lab.seen == Lines{"INVITE", "server ended"});
}

TEST_CASE("the ACK of an RFC 2543 peer is matched by the To tag of our answer") {
    Lab lab;
    lab.hear(request("INVITE", "old"));
    lab.finish(486);
    lab.sent();
    const auto tag = to_tag_of(lab.last_sent);
    lab.hear(request("ACK", "old", "another"));
    CHECK(lab.seen == Lines{"INVITE", "ACK"});
    lab.hear(request("ACK", "old", tag));
    CHECK(lab.seen == Lines{"INVITE", "ACK"});
    lab.pass(600ms);
    CHECK(lab.sent().empty());
}

TEST_CASE("the ACK of a 2xx goes to the core") {
    Lab lab;
    lab.hear(request("INVITE"));
    auto out = lab.stack.scratch();
    sip::write_reply(*sip::Message::parse(lab.last_request), {}, out);
    const auto accepted = lab.stack.accept(std::move(*lab.transaction), std::string(out.view()));
    lab.hear(request("ACK", "z9hG4bKother", "t"));
    CHECK(lab.seen == Lines{"INVITE", "ACK"});
    lab.stack.accept_again(accepted, "SIP/2.0 200 Again\r\n\r\n");
    lab.hear(request("INVITE"));
    CHECK(lab.sent() == Lines{"SIP/2.0 200 OK", "SIP/2.0 200 Again"});
}

TEST_CASE("a CANCEL gets its 200 at once and stops only an INVITE without a final answer") {
    Lab lab;
    lab.hear(request("INVITE"));
    lab.hear(request("CANCEL"));
    CHECK(lab.seen == Lines{"INVITE", "cancelled"});
    CHECK(lab.sent() == Lines{"SIP/2.0 200 OK"});
    const auto tag = to_tag_of(lab.last_sent);
    lab.finish(487);
    CHECK(lab.sent() == Lines{"SIP/2.0 487 Request Terminated"});
    CHECK(to_tag_of(lab.last_sent) == tag);
    lab.hear(request("CANCEL"));
    CHECK(lab.sent() == Lines{"SIP/2.0 200 OK"});
    CHECK(lab.seen == Lines{"INVITE", "cancelled"});
    lab.hear(request("CANCEL", "z9hG4bKunknown"));
    CHECK(lab.seen.back() == "CANCEL");
}

TEST_CASE("stateless answers to repeats carry the same To tag, and an ACK never gets one") {
    Lab lab;
    lab.open_all = false;
    struct Refuser : Core {
        Stack* stack = nullptr;
        void request(const Arrival& arrival) override {
            stack->reply(arrival, {.status = sip::status::not_found});
        }
    } refuser;
    Stack stack(Lab::with_listeners({}), refuser, lab.random, lab.outbox, {}, {});
    refuser.stack = &stack;
    stack.datagram(Lab::udp(), request("OPTIONS"), lab.moment);
    lab.note_sent();
    const auto tag = to_tag_of(lab.last_sent);
    CHECK_FALSE(tag.empty());
    stack.datagram(Lab::udp(), request("OPTIONS"), lab.moment);
    lab.note_sent();
    CHECK(to_tag_of(lab.last_sent) == tag);
    lab.sent();
    stack.datagram(Lab::udp(), request("ACK"), lab.moment);
    CHECK(lab.sent().empty());
}

TEST_CASE("a full table answers 503 with Retry-After and keeps no state") {
    Lab lab({.transaction_limit = 1});
    lab.hear(request("MESSAGE", "z9hG4bK1"));
    lab.hear(request("MESSAGE", "z9hG4bK2"));
    CHECK(lab.sent() == Lines{"SIP/2.0 503 Service Unavailable"});
    CHECK(lab.last_sent.find("Retry-After: ") != std::string::npos);
    CHECK(lab.stack.server_transactions() == 1);
    CHECK(lab.stack.counters().refused_full == 1);
}

TEST_CASE("a table full of what we sent ourselves takes no new request either") {
    Lab lab({.transaction_limit = 1});
    lab.call(unsent("OPTIONS"));
    lab.sent();
    lab.hear(request("MESSAGE", "z9hG4bK1"));
    CHECK(lab.sent() == Lines{"SIP/2.0 503 Service Unavailable"});
    CHECK(lab.stack.server_transactions() == 0);
}

TEST_CASE("malformed requests are answered as far as they can be read, malformed responses are dropped") {
    Lab lab;
    auto text = request("INVITE");
    text.replace(text.find("CSeq: 1"), 7, "CSeq: x");
    lab.hear(text);
    CHECK(lab.sent() == Lines{"SIP/2.0 400 Bad Request"});
    CHECK(lab.last_sent.find("Warning: 399") != std::string::npos);
    CHECK(lab.seen.empty());
    lab.hear("SIP/2.0 4294967301 x\r\n\r\n");
    lab.hear("\r\n\r\n");
    lab.hear(
        std::string_view("\0\1\0\0\x21\x12\xa4\x42"
                         "twelve octet",
                         20));
    CHECK(lab.sent().empty());
    CHECK(lab.stack.counters().keepalives == 2);
}

TEST_CASE(
    "a malformed message is told to the operator: who sent it, where the fault is, and which rule it "
    "breaks") {
    Lab lab;
    auto text = request("INVITE");
    text.replace(text.find("CSeq: 1"), 7, "CSeq: x");
    lab.hear(text);
    REQUIRE(lab.log.lines.size() == 1);
    CHECK(lab.log.lines[0].starts_with("2 malformed message from=(192.0.2.9:5999) where=CSeq, line "));
    CHECK(lab.log.lines[0].find(" column 7 ") != std::string::npos);
    CHECK(lab.log.lines[0].find(" rule=RFC 3261 §8.1.1.5") != std::string::npos);
}

TEST_CASE("received and rport are filled in, and the answer goes to the source of the packet") {
    Lab lab;
    auto text = request("MESSAGE");
    text.replace(text.find("192.0.2.9:5999;"), 15, "phone.invalid:5060;rport;");
    lab.hear(text);
    lab.finish(200);
    CHECK(lab.sent().size() == 1);
    CHECK(lab.last_sent.find("rport=5999") != std::string::npos);
    CHECK(lab.last_sent.find("received=192.0.2.9") != std::string::npos);
    CHECK(lab.last_flow.peer == peer_address);
}

TEST_CASE(
    "a request is repeated until its time is over, with our Via and a branch that brings the answer home") {
    Lab lab;
    lab.moment.now = base::Instant(0s);
    lab.call(unsent("INVITE"));
    lab.note_sent();
    lab.pass(40s);
    CHECK(lab.sent_ms == std::vector<long>{0, 500, 1500, 3500, 7500, 15500, 31500});
    CHECK(lab.seen == Lines{"timed out", "client ended"});
    const auto sent = *sip::Message::parse(lab.last_sent);
    const auto via = *sent.get<sip::Via>();
    CHECK(via.host.text == "192.0.2.1");
    CHECK(via.branch.starts_with("z9hG4bK"));
    CHECK(lab.stack.client_transactions() == 0);
}

TEST_CASE("a final answer to an INVITE is acknowledged by the stack, and again when it is repeated") {
    Lab lab;
    lab.call(unsent("INVITE"));
    lab.sent();
    const auto busy = lab.answer("SIP/2.0 486 Busy Here", "t");
    lab.hear(lab.answer("SIP/2.0 180 Ringing", "t"));
    lab.hear(busy);
    lab.hear(busy);
    CHECK(lab.seen == Lines{"180", "486"});
    CHECK(lab.sent() == Lines{2, "ACK sip:bob@192.0.2.1 SIP/2.0"});
    CHECK(lab.last_sent.find("tag=t") != std::string::npos);
    lab.pass(33s);
    CHECK(lab.seen == Lines{"180", "486", "client ended"});
}

TEST_CASE("answers with another branch, method or secret are strays") {
    Lab lab;
    lab.call(unsent("MESSAGE"));
    lab.sent();
    auto forged = lab.answer("SIP/2.0 200 OK");
    const auto digit = forged.find("z9hG4bK") + 7 + 31;
    forged[digit] = forged[digit] == '0' ? '1' : '0';
    lab.hear(forged);
    auto other = lab.answer("SIP/2.0 200 OK");
    other.replace(other.find("1 MESSAGE"), 9, "1 INVITE");
    lab.hear(other);
    CHECK(lab.seen.empty());
    CHECK(lab.stack.counters().stray_responses == 2);
    lab.hear(lab.answer("SIP/2.0 200 OK"));
    CHECK(lab.seen == Lines{"200"});
}

TEST_CASE("a CANCEL goes out with the branch of its INVITE, and its answer disturbs nobody") {
    Lab lab;
    const auto invite = lab.call(unsent("INVITE"));
    lab.sent();
    const auto ringing = lab.answer("SIP/2.0 180 Ringing", "t"),
               terminated = lab.answer("SIP/2.0 487 Request Terminated", "t");
    lab.hear(ringing);
    lab.stack.cancel(invite);
    lab.stack.cancel(invite);
    CHECK(lab.sent() == Lines{"CANCEL sip:bob@192.0.2.1 SIP/2.0"});
    lab.hear(lab.answer("SIP/2.0 200 OK", "t"));
    lab.hear(terminated);
    CHECK(lab.seen == Lines{"180", "487"});
    CHECK(lab.sent() == Lines{"ACK sip:bob@192.0.2.1 SIP/2.0"});
    lab.pass(60s);
    CHECK(lab.stack.client_transactions() == 0);
}

TEST_CASE("an INVITE of as many fields as there may be is cancelled and acknowledged like any other") {
    Lab lab;
    auto text = unsent("INVITE");
    const auto fields = sip::Message::parse(text)->fields().size();
    std::string more;
    for (auto i = fields; i < base::limits::message_fields; ++i) more += "X-Field: 1\r\n";
    text.insert(text.find("Call-ID"), more);
    const auto invite = lab.call(text);
    lab.sent();
    const auto ringing = lab.own_answer("180 Ringing"), busy = lab.own_answer("486 Busy Here");
    lab.hear(ringing);
    lab.stack.cancel(invite);
    CHECK(lab.sent() == Lines{"CANCEL sip:bob@192.0.2.1 SIP/2.0"});
    lab.hear(busy);
    CHECK(lab.sent() == Lines{"ACK sip:bob@192.0.2.1 SIP/2.0"});
}

TEST_CASE("what cannot leave is told to the user, but not from inside send()") {
    Lab lab;
    auto flow = Lab::udp();
    flow.peer = *sip::Endpoint::parse("[2001:db8::1]:5060");
    lab.call(unsent("MESSAGE"), flow);
    CHECK(lab.seen.empty());
    lab.pass(10ms);
    CHECK(lab.seen == Lines{"unreachable", "client ended"});
    CHECK(lab.sent().empty());
}

TEST_CASE("a request that is longer than any message may be does not leave") {
    const auto sent_with = [](std::size_t padding) {
        Lab lab;
        lab.call(unsent("MESSAGE", padding), Lab::tcp());
        lab.pass(10ms);
        return lab.sent().empty() ? 0 : lab.last_sent.size();
    };
    const auto rest = sent_with(1'000) - 1'000;
    const auto most = base::limits::message_octets - rest;
    CHECK(sent_with(most) == base::limits::message_octets);
    CHECK(sent_with(most + 1) == 0);
}

TEST_CASE("a large request moves to TCP, and back to UDP when TCP is refused") {
    Lab lab;
    lab.call(unsent("MESSAGE", 1'300));
    CHECK(lab.sent() == Lines{"MESSAGE sip:bob@192.0.2.1 SIP/2.0"});
    CHECK(lab.last_flow.transport == sip::Transport::tcp);
    CHECK(lab.last_sent.find("Via: SIP/2.0/TCP 192.0.2.1:5060;") != std::string::npos);
    lab.stack.send_failed(lab.last_origin, lab.moment);
    CHECK(lab.sent().size() == 1);
    CHECK(lab.last_flow.transport == sip::Transport::udp);
    CHECK(lab.last_sent.find("Via: SIP/2.0/UDP 192.0.2.1:5060;") != std::string::npos);
    lab.hear(lab.answer("SIP/2.0 200 OK"));
    CHECK(lab.seen == Lines{"200"});
    lab.stack.send_failed(lab.last_origin, lab.moment);
    CHECK(lab.seen == Lines{"200"});
}

TEST_CASE("a stream is cut into its messages, pings get their pong, garbage gets 400 and an end") {
    Lab lab;
    lab.stack.connected(Lab::tcp(), lab.moment);
    const auto text =
        request("MESSAGE", "z9hG4bK1", "", "TCP") + "\r\n\r\n" + request("MESSAGE", "z9hG4bK2", "", "TCP");
    for (const char octet : text) lab.stack.received(Lab::tcp().connection, {&octet, 1}, lab.moment);
    CHECK(lab.seen == Lines{"MESSAGE", "MESSAGE"});
    CHECK(lab.sent() == Lines{""});  // the pong: an empty line
    auto broken = request("MESSAGE", "z9hG4bK3", "", "TCP");
    broken.replace(broken.find("Length: 0"), 9, "Length: -1");
    lab.stack.received(Lab::tcp().connection, broken, lab.moment);
    CHECK(lab.sent() == Lines{"SIP/2.0 400 Bad Request"});
    CHECK(lab.closed.size() == 1);
}

TEST_CASE(
    "a WebSocket brings whole messages, with or without Content-Length, and nobody connects to a browser") {
    Lab lab;
    sip::Flow browser{sip::Transport::ws, our_address, peer_address, {4, 1, 0}};
    lab.stack.connected(browser, lab.moment);
    auto text = request("MESSAGE", "z9hG4bK1", "", "WS");
    text.erase(text.find("Content-Length"), text.find("\r\n\r\n") + 2 - text.find("Content-Length"));
    CHECK(lab.stack.received(browser.connection, text + "a body", lab.moment));
    CHECK(lab.seen == Lines{"MESSAGE"});
    CHECK(sip::Message::parse(lab.last_request)->body() == "a body");
    lab.finish(200);
    CHECK(lab.sent() == Lines{"SIP/2.0 200 OK"});
    CHECK(lab.last_flow == browser);
    CHECK(lab.last_fallback.port == 0);

    CHECK_FALSE(lab.stack.received(browser.connection, "\r\n\r\n", lab.moment));
    CHECK(lab.sent() == Lines{""});  // the pong
    CHECK_FALSE(lab.stack.received(browser.connection, "\r\n", lab.moment));
    CHECK(lab.sent().empty());
    CHECK(lab.stack.received(browser.connection, "MESSAGE nonsense", lab.moment));
    CHECK(lab.closed.empty());  // the next message is whole again
}

TEST_CASE("answers on a stream know where to go when their connection is gone") {
    Lab lab;
    lab.stack.connected(Lab::tcp(), lab.moment);
    auto text = request("MESSAGE", "z9hG4bK1", "", "TCP");
    text.replace(text.find("192.0.2.9:5999"), 14, "192.0.2.9:5060");
    lab.stack.received(Lab::tcp().connection, text, lab.moment);
    lab.stack.disconnected(Lab::tcp().connection, lab.moment);
    lab.finish(200);
    CHECK(lab.sent().size() == 1);
    CHECK(lab.last_flow.connection == Lab::tcp().connection);
    CHECK(lab.last_fallback == *sip::Endpoint::parse("192.0.2.9:5060"));
}

TEST_CASE("messages of another shard's calls are handed over whole, and only once") {
    Settings settings;
    settings.shards = 4;
    Lab lab(settings);
    int own = 0, others = 0;
    for (int call = 0; call < 100; ++call) {
        auto text = request("MESSAGE", "z9hG4bK" + std::to_string(call));
        text.replace(text.find("Call-ID: c1"), 11, "Call-ID: c" + std::to_string(call));
        lab.hear(text);
        REQUIRE(lab.outbox.handed_over().size() <= 1);
        for (const auto& message : lab.outbox.handed_over()) {
            REQUIRE(message.shard != 0);
            REQUIRE(lab.outbox.octets(message) == text);
            ++others;
        }
        own += lab.outbox.handed_over().empty();
        lab.outbox.clear();
    }
    CHECK(own == static_cast<int>(lab.seen.size()));
    CHECK(own > 5);
    CHECK(others > 50);
    lab.stack.handed_over(Lab::udp(), request("BYE", "z9hG4bKx"), lab.moment);
    CHECK(lab.seen.back() == "BYE");
}

TEST_CASE("alarms fire once, at their time, unless they are disarmed") {
    Lab lab;
    lab.stack.arm(lab.moment.now + 1s, lab, 1);
    lab.stack.disarm(lab.stack.arm(lab.moment.now + 2s, lab, 2));
    lab.pass(10s);
    CHECK(lab.seen == Lines{"alarm 1"});
    CHECK_FALSE(lab.stack.deadline());
}

TEST_CASE("a lingering transaction keeps a few hundred octets") {
    CHECK(sizeof(ServerTransactionRecord) <= 256);
    CHECK(sizeof(ClientTransactionRecord) <= 320);
}

TEST_CASE("every call ends exactly once, whatever the link does") {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        CAPTURE(seed);
        base::Random luck(seed);
        Lab lab;
        lab.call(unsent(luck.chance(0.5) ? "INVITE" : "MESSAGE"));
        for (int step = 0; step < 60; ++step) {
            if (!lab.sent().empty() && luck.chance(0.3))
                lab.hear(lab.answer(luck.chance(0.5)   ? "SIP/2.0 180 Ringing"
                                    : luck.chance(0.5) ? "SIP/2.0 200 OK"
                                                       : "SIP/2.0 404 Not Found",
                                    "t"));
            lab.pass(std::chrono::milliseconds(luck.below(4'000)));
        }
        if (lab.stack.client_transactions() == 1)
            lab.hear(lab.answer("SIP/2.0 480 Temporarily Unavailable", "t"));
        lab.pass(120s);
        int ends = 0;
        for (const auto& line : lab.seen) ends += line == "client ended";
        // A call that rings for ever is ended by the user's Timer C, not by the transaction.
        CHECK(ends + static_cast<int>(lab.stack.client_transactions()) == 1);
    }
}

TEST_CASE("the ACK to a refusal goes to the hop that its INVITE went to, whatever its port (§17.1.1.3)") {
    Lab lab;
    lab.call(unsent("INVITE"));
    lab.sent();
    lab.hear(lab.answer("SIP/2.0 486 Busy Here"));
    CHECK(lab.sent() == Lines{"ACK sip:bob@192.0.2.1 SIP/2.0"});
    CHECK(lab.last_flow.peer == peer_address);
}

TEST_CASE("a CANCEL that comes after the final answer gets its 200 and stops nothing (§9.2)") {
    Lab lab;
    lab.hear(request("INVITE"));
    lab.finish(486);
    lab.sent();
    lab.hear(request("CANCEL"));
    CHECK(lab.sent() == Lines{"SIP/2.0 200 OK"});
    CHECK(lab.seen == Lines{"INVITE"});
}

TEST_CASE("a timer that is no longer wanted wakes nobody") {
    Lab lab;
    lab.hear(request("INVITE"));
    CHECK(lab.stack.deadline().has_value());  // the 100
    lab.ring();
    CHECK_FALSE(lab.stack.deadline().has_value());
}

TEST_CASE("a transaction that is over wakes nobody") {
    Lab lab;
    lab.stack.connected(Lab::tcp(), lab.moment);
    const auto hear = [&](const std::string& text) {
        lab.stack.received(Lab::tcp().connection, text, lab.moment);
    };
    hear(request("INVITE", "z9hG4bK1", "", "TCP"));
    lab.finish(486);
    lab.sent();
    CHECK(lab.stack.deadline().has_value());  // Timer H
    hear(request("ACK", "z9hG4bK1", to_tag_of(lab.last_sent), "TCP"));
    CHECK(lab.seen == Lines{"INVITE", "server ended"});
    CHECK_FALSE(lab.stack.deadline().has_value());
}

TEST_CASE("what a connection of before still brings is not its successor's") {
    Lab lab;
    auto successor = Lab::tcp();
    ++successor.connection.generation;
    lab.stack.connected(Lab::tcp(), lab.moment);
    lab.stack.connected(successor, lab.moment);
    const auto text = request("MESSAGE", "z9hG4bK1", "", "TCP");
    CHECK_FALSE(lab.stack.received(Lab::tcp().connection, text, lab.moment));
    CHECK(lab.seen.empty());
    CHECK(lab.stack.received(successor.connection, text, lab.moment));
}
