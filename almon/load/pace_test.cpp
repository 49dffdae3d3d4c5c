#include "almon/load/pace.hpp"

#include <doctest/doctest.h>

using namespace almon::load;
using namespace std::chrono_literals;

namespace {

constexpr Instant start(100s);

// How many are begun at this moment.
int take_all(Pace& pace, Instant now, std::size_t outstanding = 0) {
    int count = 0;
    for (; pace.is_due(now, outstanding + count); ++count) pace.take(now);
    return count;
}

}  // namespace

TEST_CASE("the open loop begins a unit at its time, whatever is outstanding") {
    auto pace = Pace::open(100, start);
    CHECK(take_all(pace, start) == 1);
    CHECK(pace.next(500) == start + 10ms);
    CHECK(take_all(pace, start + 9ms, 500) == 0);
    CHECK(take_all(pace, start + 10ms, 500) == 1);
    CHECK(pace.late() == 0);
}

TEST_CASE("the open loop catches up in a burst, and latency counts from when each unit was to begin") {
    auto pace = Pace::open(100, start);
    take_all(pace, start);
    const auto late = start + 1s;
    CHECK(pace.take(late) == start + 10ms);
    CHECK(pace.take(late) == start + 20ms);
    CHECK(take_all(pace, late) == 98);
    CHECK(pace.begun() == 101);
    CHECK(pace.largest_lag() == 990ms);
    CHECK(pace.late() == 99 - 1);  // the last two were 10 ms late, and on time
    CHECK(pace.next(0) == start + 1010ms);
}

TEST_CASE("at high rates the units of a millisecond begin together") {
    auto pace = Pace::open(4'500, start);
    CHECK(take_all(pace, start) == 5);
    CHECK(pace.next(0) == start + 1ms);
    CHECK(take_all(pace, start + 1ms) == 4);
    CHECK(take_all(pace, start + 2ms) == 5);
    CHECK(take_all(pace, start + 999ms) == 4'500 - 14);
    CHECK(Pace::open(1'000, start).is_due(start, 0));
}

TEST_CASE("roundings of a rate do not add up") {
    auto pace = Pace::open(3, start);
    for (int i = 0; i < 3'000'000; ++i) pace.take(start);
    CHECK(pace.next(0) == start + 1'000'000s);
}

TEST_CASE("the open loop keeps within what memory can hold, and makes up for it later") {
    auto pace = Pace::open(1000, start);
    CHECK_FALSE(pace.is_due(start + 1s, most_outstanding));
    CHECK_FALSE(pace.next(most_outstanding));
    CHECK(pace.is_due(start + 1s, most_outstanding - 1));
}

TEST_CASE("the closed loop keeps its window full, and has no lag") {
    auto pace = Pace::closed(10, start);
    CHECK(take_all(pace, start) == 10);
    CHECK_FALSE(pace.is_due(start + 1h, 10));
    CHECK_FALSE(pace.next(10));
    CHECK(take_all(pace, start + 1h, 7) == 3);
    CHECK(pace.take(start + 2h) == start + 2h);
    CHECK(pace.largest_lag() == 0s);
}

TEST_CASE("a run ends after its count") {
    auto pace = Pace::of({.rate = 10, .count = 3}, start);
    CHECK(take_all(pace, start + 1h) == 3);
    CHECK(pace.is_over(start + 1h));
    CHECK_FALSE(pace.next(0));
}

TEST_CASE("a run ends after its time: what was to begin before it still does") {
    auto open = Pace::of({.rate = 10, .lasts = 1s}, start);
    CHECK(take_all(open, start + 1h) == 10);
    CHECK(open.is_over(start + 1h));
    auto closed = Pace::of({.window = 5, .lasts = 1s}, start);
    CHECK(take_all(closed, start) == 5);
    CHECK(closed.next(5) == start + 1s);
    CHECK_FALSE(closed.is_due(start + 1s, 0));
    CHECK(closed.is_over(start + 1s));
}

TEST_CASE("a pace that was stopped begins no more") {
    auto pace = Pace::open(10, start);
    pace.take(start);
    pace.stop();
    CHECK(pace.is_over(start));
    CHECK_FALSE(pace.is_due(start + 1s, 0));
    CHECK(Pace{}.is_over(start));
}
