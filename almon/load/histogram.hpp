// Latencies by the million in a few kilobytes: log-linear, as HdrHistogram. Each power of two is cut into 64
// equal steps, so a percentile is at most 1.6 % too high, and never too low.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "almon/base/time.hpp"

namespace almon::load {

class Histogram {
 public:
    // What is shorter counts as this, what is longer as that; max() and mean() stay exact.
    static constexpr std::chrono::microseconds shortest{1};
    static constexpr std::chrono::seconds longest{60};

    void add(base::Duration latency);

    std::uint64_t count() const { return count_; }
    // The latency that this share (0 to 1) of all did not exceed; zero when there are none.
    std::chrono::microseconds percentile(double share) const;
    std::chrono::microseconds mean() const;
    std::chrono::microseconds max() const { return std::chrono::microseconds(max_); }

 private:
    static constexpr unsigned step_bits = 6;
    static constexpr std::uint64_t steps = 1U << step_bits;
    static std::size_t bucket_of(std::uint64_t microseconds);
    static std::uint64_t end_of(std::size_t bucket);
    // 60 s are less than 2^26 µs: the first two octaves share their buckets' width.
    static constexpr std::size_t buckets = (26 - step_bits + 1) * steps;

    std::array<std::uint64_t, buckets> counts_{};
    std::uint64_t count_ = 0, sum_ = 0, max_ = 0;
};

}  // namespace almon::load
