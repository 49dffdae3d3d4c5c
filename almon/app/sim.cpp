// `almon sim`: many simulated lives, on all cores, until enough or until one goes wrong.
#include <cstdio>

#include "almon/app/lives.hpp"

namespace almon::app {
namespace {

class Simulator final : public Stage {
 public:
    explicit Simulator(bool shows_progress) : shows_progress_(shows_progress) {}

    sim::Outcome live(std::uint64_t seed) override { return sim::live(seed); }
    // At most a line a second.
    void watch(const Lives& so_far) override {
        if (!shows_progress_ || so_far.took - shown_ < std::chrono::seconds(1)) return;
        shown_ = so_far.took;
        std::fputs(print_progress(so_far).c_str(), stderr);
    }

 private:
    const bool shows_progress_;
    base::Duration shown_{};
};

void print_failure(const sim::Outcome& failed) {
    const auto seed = static_cast<unsigned long long>(failed.seed);
    std::printf("seed %llu:\n", seed);
    for (const auto& sentence : failed.broken) std::printf("  %s\n", sentence.c_str());
    const auto again = sim::live(failed.seed, sim::Trace::Keep::messages);
    std::printf("%sReplay it: almon sim --seed %llu\n", again.ladder.c_str(), seed);
}

int live_one(std::uint64_t seed) {
    const auto outcome = sim::live(seed, sim::Trace::Keep::messages);
    std::fputs(outcome.ladder.c_str(), stdout);
    for (const auto& sentence : outcome.broken) std::printf("broken: %s\n", sentence.c_str());
    return outcome.broken.empty() ? 0 : 1;
}

}  // namespace

int simulate(const SimOptions& options) {
    if (options.seed) return live_one(*options.seed);
    Simulator simulator(!options.json);
    const auto lives = live_all(options, simulator);
    if (options.json) {
        std::puts(print_json(lives).c_str());
    } else {
        for (const auto& failed : lives.failed) print_failure(failed);
        std::fputs(print_summary(lives).c_str(), stdout);
    }
    return lives.failed.empty() ? 0 : 1;
}

}  // namespace almon::app
