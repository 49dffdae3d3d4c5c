#include "almon/app/watchdog.hpp"

#include <algorithm>

#include "almon/net/clock.hpp"

namespace almon::app {

Watchdog::Watchdog(base::Duration patience, Owner& owner)
    : patience_(patience), owner_(owner), thread_([this](const std::stop_token& stop) { watch(stop); }) {}

void Watchdog::begins(std::uint64_t seed) {
    const std::lock_guard guard(lock_);
    begun_[seed] = net::read_clocks().now;
}

void Watchdog::ends(std::uint64_t seed) {
    const std::lock_guard guard(lock_);
    begun_.erase(seed);
}

void Watchdog::watch(const std::stop_token& stop) {
    std::unique_lock guard(lock_);
    while (!stop.stop_requested()) {
        changed_.wait_for(guard, stop, std::chrono::milliseconds(200), [] { return false; });
        const auto now = net::read_clocks().now;
        const auto late =
            std::ranges::find_if(begun_, [&](const auto& life) { return now - life.second >= patience_; });
        if (late == begun_.end()) continue;
        const auto seed = late->first;
        guard.unlock();
        return owner_.hear_of_endless(seed);
    }
}

}  // namespace almon::app
