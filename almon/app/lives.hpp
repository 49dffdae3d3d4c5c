// Many simulated lives, and what came of them: all of `almon sim` but the printing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "almon/app/commands.hpp"
#include "almon/sim/scenario.hpp"

namespace almon::app {

// What came of all of them together.
struct Lives {
    std::uint64_t lived = 0, messages = 0, calls = 0, crashes = 0;
    base::Duration simulated{}, took{};
    std::vector<sim::Outcome> failed;

    void add(sim::Outcome outcome);
};

class Stage {
 public:
    virtual ~Stage() = default;
    virtual sim::Outcome live(std::uint64_t seed) = 0;  // on several threads at once
    virtual void watch(const Lives& so_far) = 0;        // after each life, one at a time
};

// On each core one after the other, with rising seeds, until there are enough, the time is over, or one has
// failed.
Lives live_all(const SimOptions& options, Stage& stage);

std::string print_progress(const Lives& lives);
std::string print_summary(const Lives& lives);
std::string print_json(const Lives& lives);

}  // namespace almon::app
