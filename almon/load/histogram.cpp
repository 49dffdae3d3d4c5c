#include "almon/load/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace almon::load {

using std::chrono::microseconds;

// Below 64 µs each has its own; above, the six bits behind the highest tell the step in its octave.
std::size_t Histogram::bucket_of(std::uint64_t value) {
    if (value < steps) return value;
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - 1 - step_bits;
    return (shift << step_bits) + (value >> shift);
}

// The highest value in it.
std::uint64_t Histogram::end_of(std::size_t bucket) {
    if (bucket < 2 * steps) return bucket;
    const auto shift = (bucket >> step_bits) - 1;
    return (((bucket & (steps - 1)) + steps + 1) << shift) - 1;
}

void Histogram::add(base::Duration latency) {
    const auto whole = std::chrono::ceil<microseconds>(latency);
    const auto value = static_cast<std::uint64_t>(std::max(whole, shortest).count());
    ++counts_[bucket_of(std::min<std::uint64_t>(value, microseconds(longest).count()))];
    ++count_;
    sum_ += value;
    max_ = std::max(max_, value);
}

microseconds Histogram::percentile(double share) const {
    const auto wanted = std::max(1.0, std::ceil(share * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
        seen += counts_[bucket];
        if (static_cast<double>(seen) >= wanted) return microseconds(std::min(end_of(bucket), max_));
    }
    return max();
}

microseconds Histogram::mean() const {
    return microseconds(count_ == 0 ? 0 : sum_ / count_);
}

}  // namespace almon::load
