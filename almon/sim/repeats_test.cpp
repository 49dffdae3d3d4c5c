#include "almon/sim/repeats.hpp"

#include <doctest/doctest.h>

#include <initializer_list>

using namespace almon;
using namespace almon::sim;
using namespace std::chrono_literals;
using Rule = std::optional<std::string_view>;

namespace {

const auto here = *base::Endpoint::parse("192.0.2.1:5060");
const auto caller = *base::Endpoint::parse("192.0.2.2:5060");
const auto callee = *base::Endpoint::parse("192.0.2.3:5060");

constexpr Rule only_when_asked = "a response is repeated only to whoever asks again";
constexpr Rule after_t1 = "a response is repeated after T1, and then after longer and longer until T2";

// One host that answers one request, as the wire sees it.
struct Wire {
    explicit Wire(std::string_view asked, std::string_view over = "UDP") : method(asked), transport(over) {}

    std::string fields(std::string_view of, std::string_view tag, std::string_view branch) const {
        return "Via: SIP/2.0/" + std::string(transport) + " 192.0.2.2;branch=z9hG4bK" + std::string(branch) +
               "\r\nFrom: <sip:alice@example.com>;tag=a\r\nTo: <sip:bob@example.com>" +
               (tag.empty() ? "" : ";tag=") + std::string(tag) + "\r\nCall-ID: c1\r\nCSeq: 1 " +
               std::string(of) + "\r\nContent-Length: 0\r\n\r\n";
    }
    void comes(Duration when, const base::Endpoint& from, std::string_view octets) {
        const auto message = sip::Message::parse(octets).value();
        repeats.arrived({Instant(1h) + when, from, here, Fate::sent, octets}, message,
                        sip::read_envelope(message).value());
    }
    void asks(Duration when) {
        comes(when, caller,
              std::string(method) + " sip:bob@example.com SIP/2.0\r\n" + fields(method, "", "1"));
    }
    // The ACK to a refusal has the branch of its INVITE, that to a 2xx has its own.
    void acknowledges(Duration when, std::string_view branch) {
        comes(when, caller, "ACK sip:bob@example.com SIP/2.0\r\n" + fields("ACK", "b", branch));
    }
    void answers_from_beyond(Duration when, int status) {
        comes(when, callee, "SIP/2.0 " + std::to_string(status) + " So\r\n" + fields(method, "b", "2"));
    }
    Rule says(Duration when, int status) {
        const auto octets = "SIP/2.0 " + std::to_string(status) + " So\r\n" + fields(method, "b", "1");
        const auto message = sip::Message::parse(octets).value();
        return repeats.sent({Instant(1h) + when, here, caller, Fate::sent, octets}, message.status(),
                            sip::read_envelope(message).value());
    }
    // What it breaks in saying this at these times.
    Rule says_at(std::initializer_list<Duration> times, int status) {
        Rule broken;
        for (const auto when : times)
            if (const auto rule = says(when, status)) broken = rule;
        return broken;
    }

    std::string_view method, transport;
    Repeats repeats;
};

}  // namespace

TEST_CASE("a refusal of an INVITE is repeated after T1, and then after twice the pause, up to four seconds") {
    const auto broken = [](std::initializer_list<Duration> times) {
        Wire wire("INVITE");
        wire.asks(0s);
        return wire.says_at(times, 486);
    };
    CHECK(broken({0s, 500ms, 1'500ms, 3'500ms, 7'500ms, 11'500ms, 15'500ms}) == Rule{});
    CHECK(broken({2s, 2'500ms, 3'500ms}) == Rule{});
    CHECK(broken({0s, 400ms}) == after_t1);
    CHECK(broken({0s, 500ms, 1s}) == after_t1);
    CHECK(broken({0s, 500ms, 1'500ms, 3'500ms, 7'500ms, 15'500ms}) == after_t1);
}

TEST_CASE("the repeats of a refusal end with Timer H, and with its ACK") {
    Wire wire("INVITE");
    wire.asks(0s);
    CHECK(wire.says_at({0s, 500ms, 1'500ms, 3'500ms, 7'500ms, 11'500ms, 15'500ms, 19'500ms, 23'500ms,
                        27'500ms, 31'500ms},
                       486) == Rule{});
    CHECK(wire.says(35'500ms, 486) == "no response is repeated for longer than 64 T1");
    Wire brief("INVITE");
    brief.asks(0s);
    CHECK(brief.says_at({0s, 500ms}, 486) == Rule{});
    brief.acknowledges(1s, "1");
    CHECK(brief.says(1'500ms, 486) == "no response is repeated after its ACK");
}

TEST_CASE("nothing is repeated over a stream, but for the 2xx of who was called") {
    Wire wire("INVITE", "TCP");
    wire.asks(0s);
    CHECK(wire.says(1s, 486) == Rule{});
    CHECK(wire.says(1'500ms, 486) == "no response is repeated over a stream");
    Wire called("INVITE", "TCP");
    called.asks(0s);
    CHECK(called.says_at({1s, 1'500ms, 2'500ms}, 200) == Rule{});
}

TEST_CASE("a retransmitted request is answered anew, once and at once, whatever the answer is") {
    for (const auto* method : {"INVITE", "BYE"}) {
        for (const auto status : {180, 486}) {
            Wire wire(method);
            wire.asks(0s);
            CHECK(wire.says(100ms, status) == Rule{});
            wire.asks(300ms);
            CHECK(wire.says(300ms, status) == Rule{});
            CHECK(wire.says(300ms, status) != Rule{});
            wire.asks(400ms);
            CHECK(wire.says(450ms, status) != Rule{});
        }
    }
}

TEST_CASE("what is answered anew does not move the repeats of a refusal") {
    Wire wire("INVITE");
    wire.asks(0s);
    CHECK(wire.says(0s, 486) == Rule{});
    wire.asks(300ms);
    CHECK(wire.says_at({300ms, 500ms, 1'500ms}, 486) == Rule{});
}

TEST_CASE("over a stream that is to be opened an answer may leave later") {
    Wire wire("BYE", "TCP");
    wire.asks(0s);
    CHECK(wire.says(0s, 200) == Rule{});
    wire.asks(1s);
    wire.asks(1s);
    CHECK(wire.says_at({3s, 3s}, 200) == Rule{});
    CHECK(wire.says(3s, 200) == only_when_asked);
}

TEST_CASE("a non-INVITE transaction repeats nothing of itself, and no transaction a provisional response") {
    Wire bye("BYE");
    bye.asks(0s);
    CHECK(bye.says(0s, 200) == Rule{});
    CHECK(bye.says(500ms, 200) == only_when_asked);
    CHECK(bye.says(33s, 200) == only_when_asked);
    Wire invite("INVITE");
    invite.asks(0s);
    CHECK(invite.says(0s, 180) == Rule{});
    CHECK(invite.says(500ms, 180) == only_when_asked);
    CHECK(invite.says(500ms, 183) == Rule{});
}

TEST_CASE("a 2xx to an INVITE is repeated by who was called until its ACK, and not because the INVITE is") {
    Wire wire("INVITE");
    wire.asks(0s);
    CHECK(wire.says_at({1s, 1'500ms, 2'500ms}, 200) == Rule{});
    wire.asks(3s);
    CHECK(wire.says(3s, 200) == after_t1);
    Wire brief("INVITE");
    brief.asks(0s);
    CHECK(brief.says(1s, 200) == Rule{});
    brief.acknowledges(1'200ms, "3");
    CHECK(brief.says(1'500ms, 200) == "no response is repeated after its ACK");
}

TEST_CASE("a proxy passes on a 2xx or a provisional response as often as it comes, and no more") {
    for (const auto status : {180, 200}) {
        Wire wire("INVITE");
        wire.asks(0s);
        wire.answers_from_beyond(1s, status);
        CHECK(wire.says(1s, status) == Rule{});
        wire.answers_from_beyond(1'200ms, status);
        CHECK(wire.says(1'200ms, status) == Rule{});
        CHECK(wire.says(1'500ms, status) == only_when_asked);
    }
    // A refusal is its own transaction's.
    Wire refused("INVITE");
    refused.asks(0s);
    refused.answers_from_beyond(1s, 486);
    CHECK(refused.says(1s, 486) == Rule{});
    refused.answers_from_beyond(1'200ms, 486);
    CHECK(refused.says(1'200ms, 486) == after_t1);
}

TEST_CASE("who has crashed begins anew, the others do not") {
    for (const auto& [crashed, rule] : {std::pair(here.address, Rule{}), {caller.address, only_when_asked}}) {
        Wire wire("BYE");
        wire.asks(0s);
        CHECK(wire.says(0s, 200) == Rule{});
        wire.repeats.forget(crashed);
        CHECK(wire.says(1s, 200) == rule);
    }
}
