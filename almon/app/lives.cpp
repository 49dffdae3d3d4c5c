#include "almon/app/lives.hpp"

#include <atomic>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <thread>

#include "almon/net/clock.hpp"

namespace almon::app {
namespace {

double seconds(base::Duration time) {
    return std::chrono::duration<double>(time).count();
}
double hours(base::Duration time) {
    return seconds(time) / 3600;
}

template <class... Values>
std::string format(const char* pattern, Values... values) {
    char text[256];
    std::snprintf(text, sizeof text, pattern, values...);
    return text;
}

unsigned long long plain(std::uint64_t number) {
    return number;
}

}  // namespace

void Lives::add(sim::Outcome outcome) {
    ++lived;
    messages += outcome.messages;
    calls += outcome.calls;
    crashes += outcome.crashes;
    simulated += outcome.simulated;
    if (!outcome.broken.empty()) failed.push_back(std::move(outcome));
}

Lives live_all(const SimOptions& options, Stage& stage) {
    Lives lives;
    std::mutex lock;
    std::atomic<bool> stop{false};
    std::atomic<std::uint64_t> next{options.first_seed};
    const auto end = options.first_seed + options.seeds;
    const auto begun = net::read_clocks().now;
    const std::chrono::duration<double, std::ratio<60>> limit(options.minutes);
    const auto work = [&] {
        while (!stop) {
            const auto seed = next++;
            const auto took = net::read_clocks().now - begun;
            if (options.minutes > 0 ? took >= limit : seed >= end) return;
            auto outcome = stage.live(seed);
            const std::lock_guard guard(lock);
            if (!outcome.broken.empty()) stop = true;
            lives.add(std::move(outcome));
            lives.took = net::read_clocks().now - begun;
            stage.watch(lives);
        }
    };
    std::vector<std::jthread> threads;
    for (auto cores = std::max(1U, std::thread::hardware_concurrency()); cores > 0; --cores)
        threads.emplace_back(work);
    threads.clear();  // waits for them
    return lives;
}

std::string print_progress(const Lives& lives) {
    return format("  %llu lives, %.0f simulated hours, %llu calls, %llu crashes, %zu failed\n",
                  plain(lives.lived), hours(lives.simulated), plain(lives.calls), plain(lives.crashes),
                  lives.failed.size());
}

std::string print_summary(const Lives& lives) {
    const auto took = seconds(lives.took);
    return format(
        "%llu lives of a server: %.0f simulated hours in %.1f s, %.0f times as fast as real time; %zu "
        "failed\n",
        plain(lives.lived), hours(lives.simulated), took, took > 0 ? seconds(lives.simulated) / took : 0,
        lives.failed.size());
}

std::string print_json(const Lives& lives) {
    boost::json::array failed;
    for (const auto& outcome : lives.failed)
        failed.push_back(boost::json::object{
            {"seed", outcome.seed},
            {"broken", boost::json::array(outcome.broken.begin(), outcome.broken.end())}});
    return boost::json::serialize(boost::json::object{{"lives", lives.lived},
                                                      {"messages", lives.messages},
                                                      {"calls", lives.calls},
                                                      {"crashes", lives.crashes},
                                                      {"simulated_hours", hours(lives.simulated)},
                                                      {"seconds", seconds(lives.took)},
                                                      {"failed", std::move(failed)}});
}

}  // namespace almon::app
