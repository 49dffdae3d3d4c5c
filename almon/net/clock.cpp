#include "almon/net/clock.hpp"

#include <time.h>

#include <chrono>

#include "almon/base/assert.hpp"

namespace almon::net {
namespace {

std::chrono::nanoseconds read(clockid_t clock) {
    timespec reading{};
    ALMON_ASSERT(::clock_gettime(clock, &reading) == 0);
    return std::chrono::seconds(reading.tv_sec) + std::chrono::nanoseconds(reading.tv_nsec);
}

}  // namespace

base::Moment read_clocks() {
    const auto wall = std::chrono::floor<base::WallTime::duration>(read(CLOCK_REALTIME));
    return {base::Instant(read(CLOCK_MONOTONIC)), base::WallTime(wall)};
}

}  // namespace almon::net
