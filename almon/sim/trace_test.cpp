#include "almon/sim/trace.hpp"

#include <doctest/doctest.h>

using namespace almon;
using namespace almon::sim;
using namespace std::chrono_literals;

namespace {

const auto alice = *base::Endpoint::parse("192.0.2.1:5060");
const auto bob = *base::Endpoint::parse("192.0.2.2:5060");
const Instant hour_one(1h);

std::string options(std::string_view call_id) {
    return "OPTIONS sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
           "From: <sip:alice@example.com>;tag=a\r\nTo: <sip:bob@example.com>\r\nCall-ID: " +
           std::string(call_id) + "\r\nCSeq: 7 OPTIONS\r\nContent-Length: 0\r\n\r\n";
}

Passage passage(std::string_view octets, Duration after = {}, Fate fate = Fate::sent) {
    return {hour_one + after, alice, bob, fate, octets};
}

}  // namespace

TEST_CASE("a ladder has a line a message: when, from whom, to whom, what became of it, and what it was") {
    Trace trace(Trace::Keep::messages);
    trace.name(alice.address, "alice");
    const auto text = options("one");
    trace.note(passage(text, 250us));
    trace.note(passage(text, 500ms, Fate::lost));
    trace.note(passage(text, 1500ms, Fate::broken));
    CHECK(trace.ladder() ==
          "3600.000250  alice -> 192.0.2.2:5060  OPTIONS sip:bob@example.com SIP/2.0  [7 OPTIONS; one]\n"
          "3600.500000  alice -x 192.0.2.2:5060  OPTIONS sip:bob@example.com SIP/2.0  [7 OPTIONS; one]\n"
          "3601.500000  alice -| 192.0.2.2:5060  OPTIONS sip:bob@example.com SIP/2.0  [7 OPTIONS; one]\n");
}

TEST_CASE("the ladder of one call has its messages alone, and every remark") {
    Trace trace(Trace::Keep::messages);
    const auto one = options("one"), two = options("two");
    trace.note(passage(one));
    trace.remark(hour_one + 1s, "example.com crashes");
    trace.note(passage(two, 2s));
    CHECK(trace.ladder("two") ==
          "3601.000000  -- example.com crashes --\n"
          "3602.000000  192.0.2.1:5060 -> 192.0.2.2:5060  OPTIONS sip:bob@example.com SIP/2.0  "
          "[7 OPTIONS; two]\n");
    CHECK(trace.ladder("three") == "3601.000000  -- example.com crashes --\n");
}

TEST_CASE("what is no SIP message is a line too: how many octets it has") {
    Trace trace(Trace::Keep::messages);
    trace.note(passage("\r\n\r\n"));
    trace.note(passage("hello\r\nworld"));
    CHECK(trace.ladder() ==
          "3600.000000  192.0.2.1:5060 -> 192.0.2.2:5060  4 octets\n"
          "3600.000000  192.0.2.1:5060 -> 192.0.2.2:5060  12 octets\n");
}

TEST_CASE("the fingerprint tells runs apart by octets, times, fates and order, kept or not") {
    const auto one = options("one"), two = options("two");
    const auto fingerprint = [](Trace::Keep keep, std::initializer_list<Passage> passages) {
        Trace trace(keep);
        for (const auto& each : passages) trace.note(each);
        CHECK(trace.messages() == passages.size());
        CHECK(trace.lines().size() == (keep == Trace::Keep::messages ? passages.size() : 0));
        return trace.fingerprint();
    };
    using enum Trace::Keep;
    const auto usual = fingerprint(messages, {passage(one), passage(two)});
    CHECK(usual == fingerprint(nothing, {passage(one), passage(two)}));
    CHECK(usual != fingerprint(nothing, {passage(two), passage(one)}));
    CHECK(usual != fingerprint(nothing, {passage(one), passage(two, 1ns)}));
    CHECK(usual != fingerprint(nothing, {passage(one), passage(two, 0s, Fate::lost)}));
    CHECK(usual != fingerprint(nothing, {passage(one)}));
}

TEST_CASE("a trace that keeps nothing keeps no remark either") {
    Trace trace;
    trace.remark(hour_one, "example.com crashes");
    CHECK(trace.ladder().empty());
}
