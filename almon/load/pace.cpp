#include "almon/load/pace.hpp"

#include <algorithm>
#include <limits>

namespace almon::load {

constexpr auto endless = std::numeric_limits<std::uint64_t>::max();

Pace Pace::open(double rate, Instant start) {
    Pace pace;
    pace.rate_ = rate;
    pace.window_ = most_outstanding;
    pace.start_ = start;
    pace.last_ = endless;
    return pace;
}

Pace Pace::closed(std::uint32_t window, Instant start) {
    Pace pace;
    pace.window_ = window;
    pace.start_ = start;
    pace.last_ = endless;
    return pace;
}

Pace Pace::of(const Plan& plan, Instant start) {
    auto pace = plan.rate > 0 ? open(plan.rate, start) : closed(plan.window, start);
    if (plan.count) pace.end_after(*plan.count);
    if (plan.lasts) pace.end_at(start + *plan.lasts);
    return pace;
}

// From the start each time, so that roundings do not add up.
Instant Pace::intended() const {
    const Duration exact(static_cast<std::int64_t>(static_cast<double>(begun_) * 1e9 / rate_));
    const bool alone = rate_ * std::chrono::duration<double>(tick).count() <= 1;
    return start_ + (alone ? exact : std::chrono::floor<std::chrono::milliseconds>(exact));
}

bool Pace::is_due(Instant now, std::size_t outstanding) const {
    if (is_over(now) || outstanding >= window_) return false;
    return rate_ == 0 || intended() <= now;
}

Instant Pace::take(Instant now) {
    const auto due = rate_ > 0 ? intended() : now;
    ++begun_;
    largest_lag_ = std::max(largest_lag_, now - due);
    if (now - due > tolerance) ++late_;
    return due;
}

std::optional<Instant> Pace::next(std::size_t outstanding) const {
    if (begun_ >= last_) return {};
    const bool waits = rate_ > 0 && outstanding < window_;
    if (waits) return std::min(intended(), end_);
    return end_ == Instant::max() ? std::nullopt : std::optional(end_);
}

// What was to begin before the end still begins.
bool Pace::is_over(Instant now) const {
    return begun_ >= last_ || (rate_ > 0 ? intended() : now) >= end_;
}

}  // namespace almon::load
