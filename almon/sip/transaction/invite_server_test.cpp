#include "almon/sip/transaction/invite_server.hpp"

#include "almon/sip/transaction/machine_test.hpp"

namespace almon::sip {
namespace {

using namespace test;
using State = InviteServer::State;
using enum State;

constexpr Status answers[] = {status::ringing, status::ok, status::busy_here};

Actions expire(InviteServer& machine, Instant now) {
    return machine.expire(now, timers);
}

InviteServer started(Reliability reliability = Reliability::unreliable) {
    InviteServer machine(reliability);
    CHECK(machine.start(begin, timers) == Actions{.deliver = true});
    return machine;
}

InviteServer in(State state) {
    auto machine = started();
    if (state == proceeding) (void)machine.respond(status::ringing, begin, timers);
    if (state == completed || state == confirmed) (void)machine.respond(status::busy_here, begin, timers);
    if (state == confirmed) (void)machine.receive_ack(begin, timers);
    if (state == accepted || state == terminated) (void)machine.respond(status::ok, begin, timers);
    if (state == terminated) (void)machine.expire(begin + 1h, timers);
    REQUIRE(machine.state() == state);
    return machine;
}

struct Step {
    Actions actions;
    State to;
};
struct Row {
    State from;
    Step provisional, success, failure, invite, ack, transport_failed, last_timer;
};

const Row table[] = {
    {proceeding,
     {{.send_response = true}, proceeding},
     {{.send_response = true}, accepted},
     {{.send_response = true}, completed},
     {{.send_response = true}, proceeding},
     {{}, proceeding},
     {{.failed = true}, proceeding},
     {{}, proceeding}},
    {completed,
     {{}, completed},
     {{}, completed},
     {{}, completed},
     {{.send_response = true}, completed},
     {{}, confirmed},
     {{.failed = true}, completed},
     {{.timed_out = true, .ended = true}, terminated}},
    {confirmed,
     {{}, confirmed},
     {{}, confirmed},
     {{}, confirmed},
     {{}, confirmed},
     {{}, confirmed},
     {{}, confirmed},
     {{.ended = true}, terminated}},
    {accepted,
     {{}, accepted},
     {{.send_response = true}, accepted},
     {{}, accepted},
     {{}, accepted},
     {{.deliver = true}, accepted},
     {{.failed = true}, accepted},
     {{.ended = true}, terminated}},
    {terminated,
     {{}, terminated},
     {{}, terminated},
     {{}, terminated},
     {{}, terminated},
     {{}, terminated},
     {{}, terminated},
     {{}, terminated}},
};

}  // namespace

TEST_CASE("INVITE server: every input in every state") {
    for (const auto& row : table) {
        CAPTURE(static_cast<int>(row.from));
        const Step steps[] = {row.provisional, row.success, row.failure};
        for (std::size_t i = 0; i < std::size(answers); ++i) {
            CAPTURE(answers[i].code());
            auto machine = in(row.from);
            CHECK(machine.respond(answers[i], begin, timers) == steps[i].actions);
            CHECK(machine.state() == steps[i].to);
        }
        auto again = in(row.from);
        CHECK(again.receive_invite() == row.invite.actions);
        CHECK(again.state() == row.invite.to);
        auto acknowledged = in(row.from);
        CHECK(acknowledged.receive_ack(begin, timers) == row.ack.actions);
        CHECK(acknowledged.state() == row.ack.to);
        auto failing = in(row.from);
        CHECK(failing.transport_failed() == row.transport_failed.actions);
        CHECK(failing.state() == row.transport_failed.to);
        auto late = in(row.from);
        CHECK(late.expire(begin + 1h, timers) == row.last_timer.actions);
        CHECK(late.state() == row.last_timer.to);
        auto early = in(row.from);
        CHECK(early.expire(begin, timers) == Actions{});
        CHECK(early.state() == row.from);
    }
}

TEST_CASE(
    "INVITE server: without an answer a 100 leaves after 200 ms, once, and is repeated to a repeated "
    "INVITE") {
    auto machine = started();
    CHECK(machine.receive_invite() == Actions{});
    CHECK(run(machine, expire) == std::vector<Wake>{{200, "100", {.send_trying = true}}});
    CHECK(machine.receive_invite() == Actions{.send_response = true});
    CHECK(machine.state() == proceeding);
}

TEST_CASE("INVITE server: an answer within 200 ms spares the 100") {
    for (const auto status : {status::trying, status::ringing}) {
        auto machine = started();
        (void)machine.respond(status, begin + 199ms, timers);
        CHECK_FALSE(machine.deadline());
        CHECK(machine.timer().empty());
    }
}

TEST_CASE("INVITE server: a rejection is repeated with intervals doubling up to T2 until Timer H") {
    auto machine = in(completed);
    const auto wakes = run(machine, expire);
    CHECK(times(wakes, {.send_response = true}) ==
          std::vector<long>{500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500});
    CHECK(wakes.front().timer == "G");
    CHECK(wakes.back() == Wake{32000, "H", {.timed_out = true, .ended = true}});
}

TEST_CASE("INVITE server: over a reliable transport only the missing ACK is noticed") {
    auto machine = started(Reliability::reliable);
    (void)machine.respond(status::busy_here, begin, timers);
    CHECK(run(machine, expire) == std::vector<Wake>{{32000, "H", {.timed_out = true, .ended = true}}});
}

TEST_CASE("INVITE server: the ACK stops the repeats; Timer I absorbs more of them for T4") {
    auto machine = in(confirmed);
    CHECK(run(machine, expire) == std::vector<Wake>{{5000, "I", {.ended = true}}});
}

TEST_CASE("INVITE server: over a reliable transport the ACK ends the transaction") {
    auto machine = started(Reliability::reliable);
    (void)machine.respond(status::busy_here, begin, timers);
    CHECK(machine.receive_ack(begin, timers) == Actions{.ended = true});
    CHECK(machine.state() == terminated);
}

TEST_CASE(
    "INVITE server: an accepted INVITE absorbs repeats for 64*T1 over any transport, and never repeats its "
    "2xx") {
    for (const auto reliability : {Reliability::unreliable, Reliability::reliable}) {
        auto machine = started(reliability);
        CHECK(machine.respond(status::ok, begin, timers) == Actions{.send_response = true});
        CHECK(machine.receive_invite() == Actions{});
        CHECK(run(machine, expire) == std::vector<Wake>{{32000, "L", {.ended = true}}});
    }
}

TEST_CASE("INVITE server: a machine is small") {
    CHECK(sizeof(InviteServer) <= 48);
}

}  // namespace almon::sip
