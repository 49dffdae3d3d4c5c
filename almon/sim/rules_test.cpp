#include "almon/sim/rules.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <optional>

using namespace almon;
using namespace almon::sim;
using namespace std::chrono_literals;

namespace {

const auto server = *base::Endpoint::parse("192.0.2.1:5060");
const auto alice = *base::Endpoint::parse("192.0.2.2:5060");
const auto bob = *base::Endpoint::parse("192.0.2.3:5060");

struct Response {
    int status;
    std::string tag = "s";
    std::string branch = "z9hG4bK1";
    base::Endpoint from = server;
};

std::string text(const Response& response, std::string_view method) {
    return "SIP/2.0 " + std::to_string(response.status) +
           " So\r\nVia: SIP/2.0/UDP 192.0.2.2;branch=" + response.branch +
           "\r\nFrom: <sip:alice@example.com>;tag=a\r\nTo: <sip:bob@example.com>" +
           (response.tag.empty() ? "" : ";tag=") + response.tag + "\r\nCall-ID: c1\r\nCSeq: 1 " +
           std::string(method) + "\r\nContent-Length: 0\r\n\r\n";
}

std::string request(std::string_view method, std::string_view transport = "UDP",
                    std::string_view branch = "z9hG4bK1") {
    return std::string(method) + " sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/" + std::string(transport) +
           " 192.0.2.2;branch=" + std::string(branch) +
           "\r\nFrom: <sip:alice@example.com>;tag=a\r\nTo: <sip:bob@example.com>"
           "\r\nCall-ID: c1\r\nCSeq: 1 " +
           std::string(method) + "\r\nContent-Length: 0\r\n\r\n";
}

// How many rules a proxy breaks with these, one after the other, each of them asked for and heard from
// beyond.
std::size_t broken_by(std::string_view method, std::initializer_list<Response> responses) {
    Rules rules;
    for (const auto& response : responses) {
        const auto octets = text(response, method);
        rules.arrived(
            {Instant(1h), alice, response.from, Fate::sent, request(method, "UDP", response.branch)});
        rules.arrived({Instant(1h), bob, response.from, Fate::sent, octets});
        rules.note({Instant(1h), response.from, alice, Fate::sent, octets});
    }
    return rules.broken().size();
}

std::vector<std::string> broken_by(std::string_view octets) {
    Rules rules;
    rules.note({Instant(1h), server, alice, Fate::sent, octets});
    return rules.broken();
}

}  // namespace

TEST_CASE("what is sent can be parsed, and has all mandatory fields; keep-alives are no messages") {
    CHECK(broken_by(text({200}, "BYE")).empty());
    CHECK(broken_by("\r\n\r\n").empty());
    CHECK(broken_by("\r\n").empty());
    CHECK(broken_by("hello\r\n\r\n") ==
          std::vector<std::string>{"3600.000000  192.0.2.1:5060 broke \"what is sent can be parsed\" with "
                                   "hello, call "});
    const auto complete = text({200}, "BYE");
    for (const auto* field : {"Via:", "From:", "To:", "Call-ID:", "CSeq:"}) {
        CAPTURE(field);
        auto cut = complete;
        const auto at = cut.find(field);
        cut.erase(at, cut.find("\r\n", at) + 2 - at);
        CHECK(broken_by(cut).size() == 1);
    }
}

TEST_CASE("a request has one final response, which may be repeated") {
    CHECK(broken_by("INVITE", {{100, ""}, {180, "x"}, {180, "y"}, {486}, {486}}) == 0);
    CHECK(broken_by("BYE", {{200}, {200}}) == 0);
    CHECK(broken_by("INVITE", {{486}, {487}}) == 1);
    CHECK(broken_by("INVITE", {{486, "s"}, {486, "other"}}) == 1);
    CHECK(broken_by("BYE", {{200}, {481}}) == 1);
}

TEST_CASE("an INVITE that was accepted is not refused, nor the other way round; several may accept it") {
    CHECK(broken_by("INVITE", {{200, "one"}, {200, "two"}, {200, "one"}}) == 0);
    CHECK(broken_by("INVITE", {{200}, {487}}) == 1);
    CHECK(broken_by("INVITE", {{487}, {200}}) == 1);
    CHECK(broken_by("INVITE", {{200}, {407}}) == 1);
}

TEST_CASE("what was refused for want of room is judged anew, what has an answer is not") {
    CHECK(broken_by("REGISTER", {{503}, {401}, {503}, {200}, {200}}) == 0);
    CHECK(broken_by("INVITE", {{503}, {407}, {486}}) == 0);
    CHECK(broken_by("REGISTER", {{200}, {503}}) == 1);
    CHECK(broken_by("INVITE", {{486}, {503}}) == 1);
}

TEST_CASE("a challenged request may pass when it is judged again, but nothing turns into a challenge") {
    CHECK(broken_by("REGISTER", {{401}, {401}, {200}, {200}}) == 0);
    CHECK(broken_by("INVITE", {{407}, {407}, {200}}) == 0);
    CHECK(broken_by("INVITE", {{407}, {486}, {486}}) == 0);
    CHECK(broken_by("REGISTER", {{200}, {401}}) == 1);
    CHECK(broken_by("INVITE", {{486}, {407}}) == 1);
    CHECK(broken_by("REGISTER", {{401, "s"}, {401, "other"}}) == 1);
    CHECK(broken_by("INVITE", {{407}, {486}, {407}}) == 1);
}

namespace {

struct Heard {
    Duration when;
    int status;
};

// How many rules a client breaks that sends at these times, and hears that.
std::size_t broken_by_repeats(std::string_view octets, std::initializer_list<Duration> sent,
                              std::optional<Heard> heard = {}) {
    Rules rules;
    const auto method = octets.substr(0, octets.find(' '));
    for (const auto& when : sent) {
        if (heard && heard->when <= when)
            rules.arrived({Instant(1h), server, alice, Fate::sent, text({heard->status}, method)});
        rules.note({Instant(1h) + when, alice, server, Fate::sent, octets});
    }
    return rules.broken().size();
}

}  // namespace

TEST_CASE("an INVITE is repeated after 500 ms and then after twice the pause, until something is heard") {
    const auto invite = request("INVITE");
    CHECK(broken_by_repeats(invite, {0s, 500ms, 1'500ms, 3'500ms, 7'500ms, 15'500ms, 31'500ms}) == 0);
    CHECK(broken_by_repeats(invite, {0s, 500ms, 1'000ms}) == 1);
    CHECK(broken_by_repeats(invite, {0s, 400ms}) == 1);
    CHECK(broken_by_repeats(invite, {0s, 500ms, 1'500ms}, Heard{1s, 180}) == 1);
    CHECK(broken_by_repeats(invite, {0s, 500ms, 1'500ms}, Heard{1s, 486}) == 1);
}

TEST_CASE("another request is repeated with pauses up to four seconds, for 32, until its final response") {
    const auto bye = request("BYE");
    CHECK(broken_by_repeats(bye, {0s, 500ms, 1'500ms, 3'500ms, 7'500ms, 11'500ms, 15'500ms}) == 0);
    CHECK(broken_by_repeats(bye, {0s, 500ms, 1'500ms, 3'500ms, 7'500ms, 15'500ms}) == 1);
    CHECK(broken_by_repeats(bye, {0s, 500ms, 4'500ms, 8'500ms}, Heard{400ms, 100}) == 0);
    CHECK(broken_by_repeats(bye, {0s, 500ms, 1'500ms}, Heard{1s, 200}) == 1);
    CHECK(broken_by_repeats(bye, {0s, 500ms, 1'500ms, 3'500ms, 7'500ms, 11'500ms, 15'500ms, 19'500ms,
                                  23'500ms, 27'500ms, 31'500ms, 35'500ms}) == 1);
}

TEST_CASE("nothing is repeated over a stream, and an ACK is no request that is repeated by itself") {
    CHECK(broken_by_repeats(request("BYE", "TCP"), {0s, 500ms}) == 1);
    CHECK(broken_by_repeats(request("ACK"), {0s, 10ms, 20ms}) == 0);
}

TEST_CASE("408 answers nothing but an INVITE") {
    CHECK(broken_by("INVITE", {{408}}) == 0);
    CHECK(broken_by("BYE", {{408}}) == 1);
}

TEST_CASE("responses of another host or to another transaction are other responses") {
    CHECK(broken_by("INVITE", {{486}, {.status = 487, .branch = "z9hG4bK2"}}) == 0);
    CHECK(broken_by("INVITE", {{486}, {.status = 487, .from = *base::Endpoint::parse("192.0.2.3:5060")}}) ==
          0);
}

TEST_CASE("who has crashed cannot know what it answered before; the others can") {
    const auto refused = text({486}, "INVITE"), ended = text({487}, "INVITE");
    for (const auto& [crashed, broken] : {std::pair(server.address, 0U), {alice.address, 1U}}) {
        Rules rules;
        rules.note({Instant(1h), server, alice, Fate::sent, refused});
        rules.forget(crashed);
        rules.note({Instant(1h), server, alice, Fate::sent, ended});
        CHECK(rules.broken().size() == broken);
    }
}

TEST_CASE("a broken rule is a sentence with the time, the host, the message and the call") {
    Rules rules;
    for (const auto status : {486, 487})
        rules.note({Instant(1h), server, alice, Fate::sent, text({status}, "INVITE")});
    REQUIRE(rules.broken().size() == 1);
    CHECK(rules.broken().front() ==
          "3600.000000  192.0.2.1:5060 broke \"a request has one final response, not 486 s and 487 s\" with "
          "SIP/2.0 487 So, call c1");
}
