// The one clock of a simulated world, which only the world turns, and what a host makes of it.
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

// The two clocks of one host: one that only runs forward, from the moment when the power came, and a calendar
// that may be wrong, and jump.
class HostClock {
 public:
    explicit HostClock(const Clock& world) : world_(world) { power_on(); }

    Moment moment() const { return {now(), world_.moment().wall + calendar_error_}; }
    Instant now() const { return world_.now() - behind_; }
    Instant in_world(Instant own) const { return own + behind_; }

    void power_on() { behind_ = world_.now() - Instant(std::chrono::hours(1)); }
    void calendar_jumps(std::chrono::milliseconds by) { calendar_error_ += by; }

 private:
    const Clock& world_;
    Duration behind_{};
    std::chrono::milliseconds calendar_error_{0};
};

}  // namespace almon::sim
