#include "almon/sim/scenario.hpp"

#include <doctest/doctest.h>

using namespace almon;
using namespace almon::sim;

// A thousand of them are lived by the release build: ./dev test, ./dev sim.
TEST_CASE("in bad weather all that must hold holds") {
    unsigned talked = 0, crashes = 0, cuts = 0, jumps = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        const auto outcome = live(seed);
        talked += outcome.talked;
        crashes += outcome.crashes;
        cuts += outcome.cuts;
        jumps += outcome.jumps;
        if (outcome.broken.empty()) continue;
        CAPTURE(seed);
        CHECK_MESSAGE(outcome.broken.empty(), outcome.broken.front(), "\n",
                      live(seed, Trace::Keep::messages).ladder);
        break;
    }
    CHECK(talked > 40);
    CHECK(crashes > 60);
    CHECK(cuts > 60);
    CHECK(jumps > 60);
}

TEST_CASE("a life is the same whenever it is lived again") {
    const auto first = live(17), again = live(17, Trace::Keep::messages);
    CHECK(first.fingerprint == again.fingerprint);
    CHECK(first.messages == again.messages);
    CHECK_FALSE(again.ladder.empty());
}
