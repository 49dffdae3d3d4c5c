#include "almon/net/clock.hpp"

#include <doctest/doctest.h>

#include <ctime>

using namespace almon;

TEST_CASE("the monotonic clock never runs backwards") {
    auto last = net::read_clocks().now;
    for (int i = 0; i < 1'000; ++i) {
        const auto now = net::read_clocks().now;
        REQUIRE(now >= last);
        last = now;
    }
}

TEST_CASE("the wall clock agrees with the C library's") {
    const auto before = std::time(nullptr);
    const auto wall = net::read_clocks().wall.time_since_epoch();
    const auto after = std::time(nullptr);
    CHECK(wall >= std::chrono::seconds(before - 1));
    CHECK(wall < std::chrono::seconds(after + 1));
}
