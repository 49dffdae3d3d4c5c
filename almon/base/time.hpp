// Three notions of time. Instant: a point on a clock that only runs forward; it has no now(), only a host can
// make one. Duration: a length; write 500ms, never 500. WallTime: what a calendar shows, for Date fields,
// stored expiry and logs; it may jump.
#pragma once

#include <chrono>

namespace almon::base {

using Duration = std::chrono::nanoseconds;

struct MonotonicClock {
    using duration = Duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<MonotonicClock>;
    static constexpr bool is_steady = true;
};
using Instant = MonotonicClock::time_point;

struct CalendarClock {
    using duration = std::chrono::milliseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<CalendarClock>;
    static constexpr bool is_steady = false;
};
// Milliseconds since 1970-01-01T00:00:00Z.
using WallTime = CalendarClock::time_point;

// One reading of both clocks, taken by a host at the start of a turn.
struct Moment {
    Instant now{};
    WallTime wall{};
};

}  // namespace almon::base
