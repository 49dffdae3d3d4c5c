// When the next unit of work begins. Open loop: at its own time, whatever became of those before; who comes
// late makes up for it in a burst, and latency counts from when the unit was to begin, so that a server that
// stalls is not let off (no coordinated omission). Closed loop: as soon as fewer than a window's worth are
// outstanding.
#pragma once

#include <cstdint>
#include <optional>

#include "almon/load/plan.hpp"

namespace almon::load {

class Pace {
 public:
    // A unit that begins this long after it was to begin is late: the generator did not keep up.
    static constexpr std::chrono::milliseconds tolerance{10};

    // At higher rates the units of a millisecond are to begin together at its start: a wake-up for each would
    // cost more than the unit.
    static constexpr std::chrono::milliseconds tick{1};

    Pace() = default;  // nothing begins
    static Pace open(double rate, Instant start);
    static Pace closed(std::uint32_t window, Instant start);
    // The plan's loop, count and duration.
    static Pace of(const Plan& plan, Instant start);
    void end_after(std::uint64_t count) { last_ = count; }
    void end_at(Instant end) { end_ = end; }
    void stop() { last_ = begun_; }

    // The next unit may begin now.
    bool is_due(Instant now, std::size_t outstanding) const;
    // Begins it: when it was to begin.
    Instant take(Instant now);
    // When is_due() changes by time alone.
    std::optional<Instant> next(std::size_t outstanding) const;
    // No more begin.
    bool is_over(Instant now) const;

    std::uint64_t begun() const { return begun_; }
    std::uint64_t late() const { return late_; }
    Duration largest_lag() const { return largest_lag_; }

 private:
    Instant intended() const;

    double rate_ = 0;
    std::size_t window_ = 0;
    Instant start_{};
    std::uint64_t begun_ = 0, last_ = 0;
    Instant end_ = Instant::max();
    std::uint64_t late_ = 0;
    Duration largest_lag_{};
};

}  // namespace almon::load
