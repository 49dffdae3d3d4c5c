// The one clock of a simulated world; only the world turns it.
#pragma once

#include <chrono>

#include "almon/base/time.hpp"

namespace almon::sim {

using base::Duration;
using base::Instant;
using base::Moment;

class Clock {
 public:
    const Moment& moment() const { return moment_; }
    Instant now() const { return moment_.now; }
    void turn_to(Instant now) {
        moment_.wall += std::chrono::duration_cast<std::chrono::milliseconds>(now - moment_.now);
        moment_.now = now;
    }

 private:
    // A machine that has been up for an hour, in the year 2026.
    Moment moment_{Instant(std::chrono::hours(1)), base::WallTime(std::chrono::hours(24 * 365 * 56))};
};

}  // namespace almon::sim
