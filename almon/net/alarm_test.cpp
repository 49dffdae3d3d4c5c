#include "almon/net/alarm.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include "almon/net/loop.hpp"
#include "almon/net/turn_until.hpp"

using namespace almon;
using namespace almon::net;
using namespace std::chrono_literals;

namespace {

struct Bed : Sleeper {
    void woken(base::Moment moment) override {
        times.push_back(moment.now);
        if (!then.empty()) {
            alarm->wake_at(moment.now + then.back());
            then.pop_back();
        }
    }
    Loop loop;
    std::unique_ptr<Alarm> alarm = std::make_unique<Alarm>(loop, *this);
    std::vector<base::Instant> times;
    std::vector<base::Duration> then;
};

}  // namespace

TEST_CASE("an alarm rings once, not before its time") {
    Bed bed;
    const auto due = read_clocks().now + 3ms;
    bed.alarm->wake_at(due);
    REQUIRE(turn_until(bed.loop, [&] { return !bed.times.empty(); }));
    CHECK(bed.times.front() >= due);
    CHECK_FALSE(bed.loop.turn(5ms));
    CHECK(bed.times.size() == 1);
}

TEST_CASE("a deadline that is past rings in the next turn") {
    Bed bed;
    bed.alarm->wake_at(read_clocks().now - 1s);
    CHECK(bed.times.empty());
    REQUIRE(turn_until(bed.loop, [&] { return !bed.times.empty(); }));
}

TEST_CASE("a sleeper may set the next deadline when it is woken") {
    Bed bed;
    bed.then = {2ms, 1ms};
    bed.alarm->wake_at(read_clocks().now);
    REQUIRE(turn_until(bed.loop, [&] { return bed.times.size() == 3; }));
    CHECK(bed.times[1] >= bed.times[0] + 1ms);
    CHECK(bed.times[2] >= bed.times[1] + 2ms);
}

TEST_CASE("a deadline within a millisecond is not early") {
    for (int i = 1; i <= 20; ++i) {
        Bed bed;
        const auto due = read_clocks().now + i * 77us;
        bed.alarm->wake_at(due);
        REQUIRE(turn_until(bed.loop, [&] { return !bed.times.empty(); }));
        CHECK(bed.times.front() >= due);
    }
}

TEST_CASE("a deadline moved later is kept") {
    Bed bed;
    const auto now = read_clocks().now;
    bed.alarm->wake_at(now + 1ms);
    bed.alarm->wake_at(now + 6ms);
    REQUIRE(turn_until(bed.loop, [&] { return !bed.times.empty(); }));
    CHECK(bed.times.front() >= now + 6ms);
    CHECK(bed.times.size() == 1);
}

TEST_CASE("an earlier deadline rings earlier, and once") {
    Bed bed;
    bed.alarm->wake_at(read_clocks().now + 1h);
    bed.alarm->wake_at(read_clocks().now + 1ms);
    REQUIRE(turn_until(bed.loop, [&] { return !bed.times.empty(); }));
    settle(bed.loop);
    CHECK(bed.times.size() == 1);
}

TEST_CASE("a deadline that is taken back does not ring") {
    Bed bed;
    bed.alarm->wake_at(read_clocks().now + 1ms);
    bed.alarm->wake_at({});
    CHECK_FALSE(bed.loop.turn(5ms));
    CHECK(bed.times.empty());
}

TEST_CASE("an alarm that is gone does not ring") {
    Bed bed;
    bed.alarm->wake_at(read_clocks().now);
    bed.alarm.reset();
    settle(bed.loop);
    CHECK(bed.times.empty());
}
