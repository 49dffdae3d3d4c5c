// `almon sim`: many simulated lives, on all cores, until enough or until one goes wrong.
#include <cstdio>
#include <cstdlib>

#include "almon/app/lives.hpp"
#include "almon/app/watchdog.hpp"

namespace almon::app {
namespace {

// A life takes some milliseconds.
constexpr auto patience = std::chrono::seconds(20);

// The hanging thread cannot be stopped, so the program ends here.
class Owner final : public Watchdog::Owner {
 public:
    explicit Owner(bool is_json) : is_json_(is_json) {}
    void hear_of_endless(std::uint64_t seed) override {
        Lives lives;
        lives.add({.seed = seed, .broken = {"the life does not end"}});
        const auto number = static_cast<unsigned long long>(seed);
        if (is_json_)
            std::puts(print_json(lives).c_str());
        else
            std::printf("seed %llu: the life does not end.\nReplay it: almon sim --seed %llu\n", number,
                        number);
        std::fflush(stdout);
        std::_Exit(1);
    }

 private:
    const bool is_json_;
};

class Simulator final : public Stage {
 public:
    explicit Simulator(bool is_json)
        : shows_progress_(!is_json), owner_(is_json), watchdog_(patience, owner_) {}

    sim::Outcome live(std::uint64_t seed) override {
        watchdog_.begins(seed);
        auto outcome = sim::live(seed);
        watchdog_.ends(seed);
        return outcome;
    }
    // At most a line a second.
    void watch(const Lives& so_far) override {
        if (!shows_progress_ || so_far.took - shown_ < std::chrono::seconds(1)) return;
        shown_ = so_far.took;
        std::fputs(print_progress(so_far).c_str(), stderr);
    }

 private:
    const bool shows_progress_;
    base::Duration shown_{};
    Owner owner_;
    Watchdog watchdog_;
};

void print_failure(const sim::Outcome& failed, bool all_messages) {
    const auto seed = static_cast<unsigned long long>(failed.seed);
    std::printf("seed %llu went wrong:\n", seed);
    for (const auto& sentence : failed.broken) std::printf("  %s\n", sentence.c_str());
    const auto again = sim::live(failed.seed, sim::Trace::Keep::messages);
    std::puts(all_messages ? "All its messages:" : "The messages that matter:");
    std::printf("%sReplay it, with all messages: almon sim --seed %llu\n",
                (all_messages ? again.ladder : again.short_ladder).c_str(), seed);
}

int live_one(std::uint64_t seed) {
    Owner owner(false);
    Watchdog watchdog(patience, owner);
    watchdog.begins(seed);
    const auto outcome = sim::live(seed, sim::Trace::Keep::messages);
    std::fputs(outcome.ladder.c_str(), stdout);
    for (const auto& sentence : outcome.broken) std::printf("broken: %s\n", sentence.c_str());
    return outcome.broken.empty() ? 0 : 1;
}

}  // namespace

int simulate(const SimOptions& options) {
    if (options.seed) return live_one(*options.seed);
    Simulator simulator(options.json);
    const auto lives = live_all(options, simulator);
    if (options.json) {
        std::puts(print_json(lives).c_str());
    } else {
        for (const auto& failed : lives.failed) print_failure(failed, options.all_messages);
        std::fputs(print_summary(lives).c_str(), stdout);
    }
    return lives.failed.empty() ? 0 : 1;
}

}  // namespace almon::app
