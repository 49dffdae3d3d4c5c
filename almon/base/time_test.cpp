#include "almon/base/time.hpp"

#include <doctest/doctest.h>

#include <type_traits>

using namespace almon::base;
using namespace std::chrono_literals;

namespace {

template <class A, class B>
concept subtractable = requires(const A& a, const B& b) { a - b; };
template <class Clock>
concept has_now = requires { Clock::now(); };

// The two kinds of time never meet by accident, and pure code cannot ask for either.
static_assert(!std::is_convertible_v<Instant, WallTime> && !std::is_constructible_v<Instant, WallTime>);
static_assert(!std::is_convertible_v<WallTime, Instant> && !std::is_constructible_v<WallTime, Instant>);
static_assert(!subtractable<Instant, WallTime>);
static_assert(subtractable<Instant, Instant> && subtractable<WallTime, WallTime>);
static_assert(!has_now<MonotonicClock> && !has_now<CalendarClock>);
static_assert(has_now<std::chrono::steady_clock>);  // such a call would be seen here
// A number is no time: 500 of what?
static_assert(!std::is_convertible_v<int, Duration> && !std::is_convertible_v<int, Instant>);
static_assert(std::is_convertible_v<std::chrono::milliseconds, Duration>);
static_assert(MonotonicClock::is_steady && !CalendarClock::is_steady);

}  // namespace

TEST_CASE("instants move by durations of any unit") {
    const Instant start(1h);
    CHECK(start + 500ms - start == 500'000us);
    CHECK(start - 1ns < start);
    CHECK(Instant() == Instant(0s));
}

TEST_CASE("wall time counts milliseconds since 1970") {
    CHECK(WallTime(1'800'000'000s).time_since_epoch().count() == 1'800'000'000'000);
    CHECK(WallTime() + 1s == WallTime(1'000ms));
}

TEST_CASE("both kinds of time reach far beyond the life of a server") {
    constexpr auto century = std::chrono::hours(24 * 365 * 100);
    CHECK(Instant(century) > Instant());
    CHECK(WallTime(10 * century) > WallTime(century));
}

TEST_CASE("a moment that nobody set is the beginning of both clocks") {
    const Moment moment;
    CHECK(moment.now == Instant());
    CHECK(moment.wall == WallTime());
}
