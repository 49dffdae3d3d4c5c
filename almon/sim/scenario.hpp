// A random life of a small town on a bad network: phones register, call, cancel, decline and hang up while
// the network loses and reorders, streams break, hosts are cut off, calendars jump, and the server crashes
// and starts again. At the end all weather clears, and what must hold is looked at. Everything follows from
// the seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "almon/sim/clock.hpp"
#include "almon/sim/trace.hpp"

namespace almon::sim {

struct Outcome {
    std::uint64_t seed = 0;
    std::vector<std::string> broken;  // one sentence each; empty: all held
    Duration simulated{};
    std::uint64_t messages = 0;
    std::uint64_t fingerprint = 0;
    // How much happened.
    unsigned calls = 0, talked = 0, crashes = 0, cuts = 0, jumps = 0;
    // With Trace::Keep::messages: all of them, and of the first rule that was broken those that matter: of
    // its call, or all REGISTERs.
    std::string ladder, short_ladder;
};

[[nodiscard]] Outcome live(std::uint64_t seed, Trace::Keep keep = Trace::Keep::nothing);

}  // namespace almon::sim
