// What came of the units of work.
#pragma once

#include <array>
#include <cstdint>
#include <numeric>

#include "almon/load/histogram.hpp"

namespace almon::load {

struct Tally {
    std::uint64_t begun = 0;
    std::uint64_t ok = 0;
    std::uint64_t timeouts = 0;
    std::uint64_t lost = 0;                       // their connection broke
    std::uint64_t broken = 0;                     // a 2xx that no dialog can be made of
    std::array<std::uint64_t, 700> refused = {};  // by status
    std::uint64_t retransmissions = 0;            // ours
    std::uint64_t unexpected = 0;                 // came late, twice or from somebody else
    Histogram answer;                             // from when a unit was to begin to its 200
    Histogram ending;                             // calls: from the BYE to its 200

    std::uint64_t refusals() const {
        return std::accumulate(refused.begin(), refused.end(), std::uint64_t{});
    }
    std::uint64_t failed() const { return timeouts + lost + broken + refusals(); }
};

}  // namespace almon::load
