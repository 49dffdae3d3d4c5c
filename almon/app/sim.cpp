// `almon sim`: many simulated lives, on all cores, until enough or until one goes wrong.
#include "almon/sim/scenario.hpp"

#include <atomic>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <thread>

#include "almon/app/commands.hpp"

namespace almon::app {
namespace {

using Clock = std::chrono::steady_clock;

struct Progress {
    std::mutex lock;
    std::uint64_t lives = 0, messages = 0, calls = 0, crashes = 0;
    base::Duration simulated{};
    std::vector<sim::Outcome> failed;
    Clock::time_point begun = Clock::now(), shown = begun;

    double seconds() const { return std::chrono::duration<double>(Clock::now() - begun).count(); }
    double hours() const { return std::chrono::duration<double, std::ratio<3600>>(simulated).count(); }
};

void add(Progress& progress, sim::Outcome outcome, bool shows_progress) {
    const std::lock_guard guard(progress.lock);
    ++progress.lives;
    progress.messages += outcome.messages;
    progress.calls += outcome.calls;
    progress.crashes += outcome.crashes;
    progress.simulated += outcome.simulated;
    if (!outcome.broken.empty()) progress.failed.push_back(std::move(outcome));
    if (!shows_progress || Clock::now() - progress.shown < std::chrono::seconds(1)) return;
    progress.shown = Clock::now();
    std::fprintf(stderr, "  %llu lives, %.0f simulated hours, %llu calls, %llu crashes, %zu failed\n",
                 static_cast<unsigned long long>(progress.lives), progress.hours(),
                 static_cast<unsigned long long>(progress.calls),
                 static_cast<unsigned long long>(progress.crashes), progress.failed.size());
}

// Each core takes the next seed until there are enough, the time is over, or one has failed.
void live_all(const SimOptions& options, Progress& progress) {
    std::atomic<std::uint64_t> next{options.first_seed};
    const auto end = options.first_seed + options.seeds;
    const auto until = progress.begun + std::chrono::duration<double, std::ratio<60>>(options.minutes);
    std::atomic<bool> stop{false};
    const auto work = [&] {
        while (!stop) {
            const auto seed = next++;
            if (options.minutes > 0 ? Clock::now() >= until : seed >= end) return;
            auto outcome = sim::live(seed);
            if (!outcome.broken.empty()) stop = true;
            add(progress, std::move(outcome), !options.json);
        }
    };
    std::vector<std::thread> threads;
    for (auto cores = std::max(1U, std::thread::hardware_concurrency()); cores > 0; --cores)
        threads.emplace_back(work);
    for (auto& thread : threads) thread.join();
}

void print_failure(const sim::Outcome& failed) {
    std::printf("seed %llu:\n", static_cast<unsigned long long>(failed.seed));
    for (const auto& sentence : failed.broken) std::printf("  %s\n", sentence.c_str());
    const auto again = sim::live(failed.seed, sim::Trace::Keep::messages);
    std::printf("%sReplay it: almon sim --seed %llu\n", again.ladder.c_str(),
                static_cast<unsigned long long>(failed.seed));
}

void print_json(const Progress& progress) {
    boost::json::array failed;
    for (const auto& outcome : progress.failed) {
        boost::json::array broken;
        for (const auto& sentence : outcome.broken) broken.emplace_back(sentence);
        failed.push_back(boost::json::object{{"seed", outcome.seed}, {"broken", std::move(broken)}});
    }
    const boost::json::object all{
        {"lives", progress.lives},     {"messages", progress.messages},       {"calls", progress.calls},
        {"crashes", progress.crashes}, {"simulated_hours", progress.hours()}, {"seconds", progress.seconds()},
        {"failed", std::move(failed)}};
    std::puts(boost::json::serialize(all).c_str());
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
    Progress progress;
    live_all(options, progress);
    if (options.json) {
        print_json(progress);
    } else {
        for (const auto& failed : progress.failed) print_failure(failed);
        std::printf(
            "%llu lives of a server: %.0f simulated hours in %.1f s, %.0f times as fast as real time; %zu "
            "failed\n",
            static_cast<unsigned long long>(progress.lives), progress.hours(), progress.seconds(),
            progress.hours() * 3600 / progress.seconds(), progress.failed.size());
    }
    return progress.failed.empty() ? 0 : 1;
}

}  // namespace almon::app
