#include "almon/sip/transaction/non_invite_client.hpp"

#include "almon/sip/transaction/machine_test.hpp"

namespace almon::sip {
namespace {

using namespace test;
using State = NonInviteClient::State;
using enum State;

constexpr Status answers[] = {status::trying, status::ok, status::not_found};

Actions expire(NonInviteClient& machine, Instant now) {
    return machine.expire(now, timers);
}

NonInviteClient started(Reliability reliability = Reliability::unreliable) {
    NonInviteClient machine(reliability);
    CHECK(machine.start(begin, timers) == Actions{.send_request = true});
    return machine;
}

NonInviteClient in(State state) {
    auto machine = started();
    if (state == proceeding) (void)machine.receive(status::trying, begin, timers);
    if (state == completed) (void)machine.receive(status::ok, begin, timers);
    if (state == terminated) (void)machine.transport_failed();
    REQUIRE(machine.state() == state);
    return machine;
}

struct Step {
    Actions actions;
    State to;
};
struct Row {
    State from;
    Step provisional, success, failure, transport_failed, last_timer;
};

const Row table[] = {
    {trying,
     {{.deliver = true}, proceeding},
     {{.deliver = true}, completed},
     {{.deliver = true}, completed},
     {{.failed = true, .ended = true}, terminated},
     {{.timed_out = true, .ended = true}, terminated}},
    {proceeding,
     {{.deliver = true}, proceeding},
     {{.deliver = true}, completed},
     {{.deliver = true}, completed},
     {{.failed = true, .ended = true}, terminated},
     {{.timed_out = true, .ended = true}, terminated}},
    {completed,
     {{}, completed},
     {{}, completed},
     {{}, completed},
     {{}, completed},
     {{.ended = true}, terminated}},
    {terminated, {{}, terminated}, {{}, terminated}, {{}, terminated}, {{}, terminated}, {{}, terminated}},
};

}  // namespace

TEST_CASE("non-INVITE client: every input in every state") {
    for (const auto& row : table) {
        CAPTURE(static_cast<int>(row.from));
        const Step steps[] = {row.provisional, row.success, row.failure};
        for (std::size_t i = 0; i < std::size(answers); ++i) {
            CAPTURE(answers[i].code());
            auto machine = in(row.from);
            CHECK(machine.receive(answers[i], begin, timers) == steps[i].actions);
            CHECK(machine.state() == steps[i].to);
        }
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

TEST_CASE("non-INVITE client: total loss ends in Timer F, intervals doubling up to T2") {
    auto machine = started();
    const auto wakes = run(machine, expire);
    CHECK(times(wakes, {.send_request = true}) ==
          std::vector<long>{500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500});
    CHECK(wakes.front().timer == "E");
    CHECK(wakes.back() == Wake{32000, "F", {.timed_out = true, .ended = true}});
}

TEST_CASE("non-INVITE client: after a provisional response the request is repeated every T2") {
    auto machine = started();
    (void)machine.receive(status::trying, begin + 100ms, timers);
    const auto wakes = run(machine, expire);
    CHECK(times(wakes, {.send_request = true}) ==
          std::vector<long>{500, 4500, 8500, 12500, 16500, 20500, 24500, 28500});
    CHECK(wakes.back() == Wake{32000, "F", {.timed_out = true, .ended = true}});
}

TEST_CASE(
    "non-INVITE client: a reliable transport repeats nothing, before and after a provisional response") {
    const std::vector<Wake> only_f{{32000, "F", {.timed_out = true, .ended = true}}};
    auto machine = started(Reliability::reliable);
    auto answered = started(Reliability::reliable);
    (void)answered.receive(status::trying, begin, timers);
    CHECK(run(machine, expire) == only_f);
    CHECK(run(answered, expire) == only_f);
}

TEST_CASE("non-INVITE client: Timer K lasts T4, and is zero over a reliable transport") {
    auto machine = in(completed);
    CHECK(run(machine, expire) == std::vector<Wake>{{5000, "K", {.ended = true}}});

    auto reliable = started(Reliability::reliable);
    CHECK(reliable.receive(status::ok, begin, timers) == Actions{.deliver = true, .ended = true});
    CHECK(reliable.state() == terminated);
}

TEST_CASE("non-INVITE client: a T1 above T2 starts at T2") {
    const Timers slow{.t1 = 5s, .t2 = 4s};
    NonInviteClient machine(Reliability::unreliable);
    (void)machine.start(begin, slow);
    CHECK(*machine.deadline() == begin + 4s);
}

TEST_CASE("non-INVITE client: a machine is small") {
    CHECK(sizeof(NonInviteClient) <= 48);
}

}  // namespace almon::sip
