#include "almon/sip/transaction/non_invite_server.hpp"

#include "almon/sip/transaction/machine_test.hpp"

namespace almon::sip {
namespace {

using namespace test;
using State = NonInviteServer::State;
using enum State;

constexpr Status answers[] = {status::trying, status::session_progress, status::ok, status::request_timeout};

Actions expire(NonInviteServer& machine, Instant now) {
    return machine.expire(now);
}

NonInviteServer started(Reliability reliability = Reliability::unreliable) {
    NonInviteServer machine(reliability);
    CHECK(machine.start(begin, timers) == Actions{.deliver = true});
    return machine;
}

NonInviteServer in(State state) {
    auto machine = started();
    if (state == proceeding) (void)machine.expire(begin + 3500ms);
    if (state == completed || state == terminated) (void)machine.respond(status::ok, begin, timers);
    if (state == terminated) (void)machine.expire(begin + 1h);
    REQUIRE(machine.state() == state);
    return machine;
}

struct Step {
    Actions actions;
    State to;
};
struct Row {
    State from;
    Step trying, progress, final, timeout, request, transport_failed, last_timer;
};

const Row table[] = {
    {trying,
     {{}, trying},
     {{}, trying},
     {{.send_response = true}, completed},
     {{}, completed},
     {{}, trying},
     {{}, trying},
     {{.send_trying = true}, proceeding}},
    {proceeding,
     {{.send_response = true}, proceeding},
     {{}, proceeding},
     {{.send_response = true}, completed},
     {{}, completed},
     {{.send_response = true}, proceeding},
     {{.failed = true}, proceeding},
     {{}, proceeding}},
    {completed,
     {{}, completed},
     {{}, completed},
     {{}, completed},
     {{}, completed},
     {{.send_response = true}, completed},
     {{.failed = true}, completed},
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

TEST_CASE("non-INVITE server: every input in every state") {
    for (const auto& row : table) {
        CAPTURE(static_cast<int>(row.from));
        const Step steps[] = {row.trying, row.progress, row.final, row.timeout};
        for (std::size_t i = 0; i < std::size(answers); ++i) {
            CAPTURE(answers[i].code());
            auto machine = in(row.from);
            CHECK(machine.respond(answers[i], begin, timers) == steps[i].actions);
            CHECK(machine.state() == steps[i].to);
        }
        auto again = in(row.from);
        CHECK(again.receive() == row.request.actions);
        CHECK(again.state() == row.request.to);
        auto failing = in(row.from);
        CHECK(failing.transport_failed() == row.transport_failed.actions);
        CHECK(failing.state() == row.transport_failed.to);
        auto late = in(row.from);
        CHECK(late.expire(begin + 1h) == row.last_timer.actions);
        CHECK(late.state() == row.last_timer.to);
        auto early = in(row.from);
        CHECK(early.expire(begin) == Actions{});
        CHECK(early.state() == row.from);
    }
}

TEST_CASE("non-INVITE server: without an answer a 100 leaves when the client's Timer E has reached T2") {
    for (const auto reliability : {Reliability::unreliable, Reliability::reliable}) {
        auto machine = started(reliability);
        CHECK(run(machine, expire) == std::vector<Wake>{{3500, "100", {.send_trying = true}}});
        CHECK(machine.state() == proceeding);
    }
    CHECK(Timers{.t1 = 1s, .t2 = 4s}.e_reaches_t2() == 3s);
    CHECK(Timers{.t1 = 4s, .t2 = 4s}.e_reaches_t2() == 0s);
    CHECK(Timers{.t1 = 0s}.e_reaches_t2() == 0s);
}

TEST_CASE(
    "non-INVITE server: a 100 may leave at any time over a reliable transport, late over an unreliable one") {
    auto reliable = started(Reliability::reliable);
    CHECK(reliable.respond(status::trying, begin, timers) == Actions{.send_response = true});
    CHECK(reliable.state() == proceeding);

    auto unreliable = started();
    CHECK(unreliable.respond(status::trying, begin + 3499ms, timers) == Actions{});
    CHECK(unreliable.respond(status::trying, begin + 3500ms, timers) == Actions{.send_response = true});
    CHECK(unreliable.state() == proceeding);
}

TEST_CASE("non-INVITE server: a 408 is never sent, and the repeats of its request are absorbed") {
    auto machine = started();
    (void)machine.respond(status::request_timeout, begin, timers);
    CHECK(machine.receive() == Actions{});
    CHECK(machine.transport_failed() == Actions{});
    CHECK(run(machine, expire) == std::vector<Wake>{{32000, "J", {.ended = true}}});

    auto reliable = started(Reliability::reliable);
    CHECK(reliable.respond(status::request_timeout, begin, timers) == Actions{.ended = true});
}

TEST_CASE("non-INVITE server: Timer J lasts 64*T1, and is zero over a reliable transport") {
    auto machine = in(completed);
    CHECK(run(machine, expire) == std::vector<Wake>{{32000, "J", {.ended = true}}});

    auto reliable = started(Reliability::reliable);
    CHECK(reliable.respond(status::ok, begin, timers) == Actions{.send_response = true, .ended = true});
    CHECK(reliable.state() == terminated);
}

TEST_CASE("non-INVITE server: a machine is small") {
    CHECK(sizeof(NonInviteServer) <= 48);
}

}  // namespace almon::sip
