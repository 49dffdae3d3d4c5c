#include "almon/sip/transaction/invite_client.hpp"

#include "almon/sip/transaction/machine_test.hpp"

namespace almon::sip {
namespace {

using namespace test;
using State = InviteClient::State;
using enum State;

constexpr Status answers[] = {status::trying, status::ok, status::busy_here};

Actions expire(InviteClient& machine, Instant now) {
    return machine.expire(now);
}

InviteClient started(Reliability reliability = Reliability::unreliable) {
    InviteClient machine(reliability);
    CHECK(machine.start(begin, timers) == Actions{.send_request = true});
    return machine;
}

InviteClient in(State state) {
    auto machine = started();
    if (state == proceeding) (void)machine.receive(status::ringing, begin, timers);
    if (state == completed) (void)machine.receive(status::busy_here, begin, timers);
    if (state == accepted) (void)machine.receive(status::ok, begin, timers);
    if (state == terminated) (void)machine.transport_failed();
    REQUIRE(machine.state() == state);
    return machine;
}

// One row a state: what each input asks for, and where it leads.
struct Step {
    Actions actions;
    State to;
};
struct Row {
    State from;
    Step provisional, success, failure, transport_failed, last_timer;
};

const Row table[] = {
    {calling,
     {{.deliver = true}, proceeding},
     {{.deliver = true}, accepted},
     {{.send_ack = true, .deliver = true}, completed},
     {{.failed = true, .ended = true}, terminated},
     {{.timed_out = true, .ended = true}, terminated}},
    {proceeding,
     {{.deliver = true}, proceeding},
     {{.deliver = true}, accepted},
     {{.send_ack = true, .deliver = true}, completed},
     {{}, proceeding},
     {{}, proceeding}},
    {completed,
     {{}, completed},
     {{}, completed},
     {{.send_ack = true}, completed},
     {{.failed = true, .ended = true}, terminated},
     {{.ended = true}, terminated}},
    {accepted,
     {{}, accepted},
     {{.deliver = true}, accepted},
     {{}, accepted},
     {{}, accepted},
     {{.ended = true}, terminated}},
    {terminated, {{}, terminated}, {{}, terminated}, {{}, terminated}, {{}, terminated}, {{}, terminated}},
};

}  // namespace

TEST_CASE("INVITE client: every input in every state") {
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
        CHECK(late.expire(begin + 1h) == row.last_timer.actions);
        CHECK(late.state() == row.last_timer.to);
        auto early = in(row.from);
        CHECK(early.expire(begin) == Actions{});
        CHECK(early.state() == row.from);
    }
}

TEST_CASE(
    "INVITE client: total loss ends in Timer B after seven sends, intervals doubling without a ceiling") {
    auto machine = started();
    const auto wakes = run(machine, expire);
    CHECK(times(wakes, {.send_request = true}) == std::vector<long>{500, 1500, 3500, 7500, 15500, 31500});
    CHECK(wakes.back() == Wake{32000, "B", {.timed_out = true, .ended = true}});
    CHECK(wakes.front().timer == "A");
    CHECK_FALSE(machine.deadline());
}

TEST_CASE("INVITE client: a reliable transport repeats nothing, and Timer B still runs") {
    auto machine = started(Reliability::reliable);
    CHECK(run(machine, expire) == std::vector<Wake>{{32000, "B", {.timed_out = true, .ended = true}}});
}

TEST_CASE("INVITE client: a provisional response stops both timers, however long it rings") {
    auto machine = in(proceeding);
    CHECK_FALSE(machine.deadline());
    CHECK(machine.timer().empty());
}

TEST_CASE("INVITE client: abandoned while it rings, it waits 64*T1 for the answer, provisional ones or not") {
    auto machine = in(proceeding);
    CHECK(machine.abandon(begin, timers) == Actions{});
    CHECK(machine.timer() == "abandoned");
    CHECK(machine.receive(status::ringing, begin + 31s, timers) == Actions{.deliver = true});
    auto answered = machine;
    CHECK(answered.receive(status::busy_here, begin + 31s, timers).send_ack);
    CHECK(machine.expire(begin + 32s) == Actions{.ended = true});
    CHECK(machine.state() == terminated);
}

TEST_CASE("INVITE client: abandoned before it rings, it ends with Timer B though it rings then") {
    auto machine = in(calling);
    CHECK(machine.abandon(begin, timers) == Actions{});
    CHECK(machine.receive(status::ringing, begin + 1s, timers) == Actions{.deliver = true});
    CHECK(machine.timer() == "abandoned");
    CHECK(machine.expire(begin + 32s) == Actions{.ended = true});
}

TEST_CASE("INVITE client: abandoning changes nothing where a timer runs") {
    for (const auto state : {calling, completed, accepted, terminated}) {
        auto machine = in(state);
        const auto before = machine.deadline();
        CHECK(machine.abandon(begin + 1s, timers) == Actions{});
        CHECK(machine.state() == state);
        CHECK(machine.deadline() == before);
    }
}

TEST_CASE(
    "INVITE client: Timer D lasts at least 32 s whatever T1 is, and is zero over a reliable transport") {
    auto machine = in(completed);
    CHECK(run(machine, expire) == std::vector<Wake>{{32000, "D", {.ended = true}}});

    const Timers quick{.t1 = 10ms};
    const Timers slow{.t1 = 2s};
    CHECK(quick.d(Reliability::unreliable) == 32s);
    CHECK(slow.d(Reliability::unreliable) == 128s);

    auto reliable = started(Reliability::reliable);
    const Actions once{.send_ack = true, .deliver = true, .ended = true};
    CHECK(reliable.receive(status::decline, begin, timers) == once);
    CHECK(reliable.state() == terminated);
}

TEST_CASE("INVITE client: 2xx of other forks are passed up for 64*T1, over any transport") {
    for (const auto reliability : {Reliability::unreliable, Reliability::reliable}) {
        auto machine = started(reliability);
        CHECK(machine.receive(status::ok, begin, timers) == Actions{.deliver = true});
        CHECK(machine.receive(status::ok, begin + 31s, timers) == Actions{.deliver = true});
        CHECK(run(machine, expire) == std::vector<Wake>{{32000, "M", {.ended = true}}});
    }
}

TEST_CASE("INVITE client: a late host sends once, not in a burst, and Timer B goes before A") {
    auto machine = started();
    CHECK(machine.expire(begin + 10s) == Actions{.send_request = true});
    CHECK(machine.expire(begin + 10s) == Actions{});
    CHECK(*machine.deadline() == begin + 11s);
    CHECK(machine.expire(begin + 40s) == Actions{.timed_out = true, .ended = true});
}

TEST_CASE("INVITE client: a machine is small") {
    CHECK(sizeof(InviteClient) <= 48);
}

}  // namespace almon::sip
