#include "almon/sim/rules.hpp"

#include <doctest/doctest.h>

#include <initializer_list>

using namespace almon;
using namespace almon::sim;
using namespace std::chrono_literals;

namespace {

const auto server = *base::Endpoint::parse("192.0.2.1:5060");
const auto alice = *base::Endpoint::parse("192.0.2.2:5060");

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

// How many rules these break, one after the other.
std::size_t broken_by(std::string_view method, std::initializer_list<Response> responses) {
    Rules rules;
    for (const auto& response : responses)
        rules.note({Instant(1h), response.from, alice, Fate::sent, text(response, method)});
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

TEST_CASE("a challenged request may pass when it is judged again, but nothing turns into a challenge") {
    CHECK(broken_by("REGISTER", {{401}, {401}, {200}, {200}}) == 0);
    CHECK(broken_by("INVITE", {{407}, {407}, {200}}) == 0);
    CHECK(broken_by("INVITE", {{407}, {486}, {486}}) == 0);
    CHECK(broken_by("REGISTER", {{200}, {401}}) == 1);
    CHECK(broken_by("INVITE", {{486}, {407}}) == 1);
    CHECK(broken_by("REGISTER", {{401, "s"}, {401, "other"}}) == 1);
    CHECK(broken_by("INVITE", {{407}, {486}, {407}}) == 1);
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
