// Test kit: drives a loop until something has happened, instead of sleeping.
#pragma once

#include <chrono>

#include "almon/net/clock.hpp"
#include "almon/net/loop.hpp"

namespace almon::net {

// False when it has not come true within ten seconds.
template <class Condition>
[[nodiscard]] bool turn_until(Loop& loop, Condition holds) {
    const auto deadline = read_clocks().now + std::chrono::seconds(10);
    while (!holds()) {
        if (read_clocks().now > deadline) return false;
        loop.turn(std::chrono::milliseconds(10));
    }
    return true;
}

// Works through all that is ready already.
inline void settle(Loop& loop) {
    while (loop.turn(std::chrono::nanoseconds(0))) {
    }
}

}  // namespace almon::net
