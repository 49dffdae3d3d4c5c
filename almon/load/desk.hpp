// What caller and callee share: the plan, the clockwork, what is to be sent, what is counted.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "almon/base/timer_wheel.hpp"
#include "almon/load/outbox.hpp"
#include "almon/load/plan.hpp"
#include "almon/load/tally.hpp"

namespace almon::load {

enum class Side : std::uint8_t { caller, callee };
// Whose timer it is.
struct Due {
    Side side = Side::caller;
    std::uint64_t handle = 0;
};

struct Desk {
    const Plan& plan;
    const Locals& locals;
    // Random, of this run: whatever carries it is ours, and no left-over of a run before.
    const std::string& salt;
    Outbox& outbox;
    base::TimerWheel<Due>& wheel;
    Tally& tally;
};

// Strings whose memory is used again.
class Spares {
 public:
    std::string take() {
        if (spares_.empty()) return {};
        auto taken = std::move(spares_.back());
        spares_.pop_back();
        taken.clear();
        return taken;
    }
    void give(std::string&& text) {
        if (text.capacity() > text_in_place) spares_.push_back(std::move(text));
    }

 private:
    static constexpr std::size_t text_in_place = 32;
    std::vector<std::string> spares_;
};

}  // namespace almon::load
