#include "almon/app/lives.hpp"

#include <doctest/doctest.h>

#include <mutex>
#include <set>

using namespace almon;
using namespace almon::app;
using namespace std::chrono_literals;
using Seeds = std::set<std::uint64_t>;

namespace {

sim::Outcome good(std::uint64_t seed) {
    return {.seed = seed, .simulated = 90min, .messages = 40, .calls = 3, .crashes = 2};
}
sim::Outcome bad(std::uint64_t seed) {
    auto outcome = good(seed);
    outcome.broken = {"a rule", "another \"rule\""};
    return outcome;
}

// Lives that are not lived; those whose seed is `failing` or higher go wrong.
struct Lab final : Stage {
    explicit Lab(const SimOptions& options, std::uint64_t failing_from = ~0ULL)
        : failing(failing_from), lives(live_all(options, *this)) {}

    sim::Outcome live(std::uint64_t seed) override {
        const std::lock_guard guard(lock);
        twice += !lived.insert(seed).second;
        return seed >= failing ? bad(seed) : good(seed);
    }
    void watch(const Lives& so_far) override { watched.insert(so_far.lived); }

    const std::uint64_t failing;
    std::mutex lock;
    Seeds lived, watched;
    unsigned twice = 0;
    const Lives lives;  // last: it needs all of the above
};

Lives some() {
    Lives lives;
    lives.add(good(1));
    lives.add(bad(17));
    lives.took = 2s;
    return lives;
}

}  // namespace

TEST_CASE("as many lives are lived as were asked for, each seed once, and somebody may watch") {
    const Lab lab({.seeds = 5, .first_seed = 100});
    CHECK(lab.lived == Seeds{100, 101, 102, 103, 104});
    CHECK(lab.twice == 0);
    CHECK(lab.lives.lived == 5);
    CHECK(lab.lives.calls == 15);
    CHECK(lab.lives.simulated == 450min);
    CHECK(lab.watched == Seeds{1, 2, 3, 4, 5});
    CHECK(lab.lives.failed.empty());
}

TEST_CASE("the first failure ends it: no life begins that is not under way on another core") {
    const Lab lab({.seeds = 1'000'000}, 10);
    CHECK(lab.lived.contains(10));
    CHECK(lab.lives.lived == lab.lived.size());
    REQUIRE_FALSE(lab.lives.failed.empty());
    CHECK(lab.lives.failed.front().seed >= 10);
    CHECK(lab.lives.failed.size() == lab.lived.size() - 9);
    CHECK(lab.lived.size() < 1'000'000);
}

TEST_CASE("a time is a limit instead of a number") {
    const Lab lab({.seeds = 1, .minutes = 0.0005});
    CHECK(lab.lived.size() > 1);
    CHECK(lab.lives.took >= 1ms);
}

TEST_CASE("what came of many lives is summed, and the failed ones are kept") {
    const auto lives = some();
    CHECK(lives.lived == 2);
    CHECK(lives.messages == 80);
    CHECK(lives.crashes == 4);
    REQUIRE(lives.failed.size() == 1);
    CHECK(lives.failed.front().seed == 17);
}

TEST_CASE("people read one line, while it lasts and when it is over") {
    CHECK(print_progress(some()) == "  2 lives, 3 simulated hours, 6 calls, 4 crashes, 1 failed\n");
    CHECK(print_summary(some()) ==
          "2 lives of a server: 3 simulated hours in 2.0 s, 5400 times as fast as real time; 1 failed\n");
    CHECK(print_summary({}) ==
          "0 lives of a server: 0 simulated hours in 0.0 s, 0 times as fast as real time; 0 failed\n");
}

TEST_CASE("programs read JSON with the sums, and which rules which seed broke") {
    CHECK(print_json(some()) ==
          R"({"lives":2,"messages":80,"calls":6,"crashes":4,"simulated_hours":3E0,"seconds":2E0,)"
          R"("failed":[{"seed":17,"broken":["a rule","another \"rule\""]}]})");
}
