#include "almon/load/histogram.hpp"

#include <doctest/doctest.h>

using namespace almon::load;
using namespace std::chrono_literals;

TEST_CASE("a histogram of nothing says zero") {
    const Histogram times;
    CHECK(times.count() == 0);
    CHECK(times.percentile(0.5) == 0us);
    CHECK(times.max() == 0us);
    CHECK(times.mean() == 0us);
}

TEST_CASE("short latencies are exact, and fractions of a microsecond count up") {
    Histogram times;
    for (int i = 1; i <= 100; ++i) times.add(i * 1us);
    CHECK(times.percentile(0.5) == 50us);
    CHECK(times.percentile(0.99) == 99us);
    CHECK(times.percentile(1) == 100us);
    CHECK(times.mean() == 50us);
    Histogram shorter;
    shorter.add(1ns);
    shorter.add(0ns);
    CHECK(shorter.max() == 1us);
    CHECK(shorter.percentile(1) == 1us);
}

TEST_CASE("a percentile is never too low, and at most 1.6 % too high") {
    for (auto length = 1us; length < 60s; length = length * 17 / 16 + 1us) {
        CAPTURE(length.count());
        Histogram times;
        times.add(length);
        times.add(60s);
        const auto shown = times.percentile(0.5);
        CHECK(shown >= length);
        CHECK(shown * 1000 <= length * 1016);
    }
}

TEST_CASE("latencies beyond a minute count as the longest; the maximum stays true") {
    Histogram times;
    times.add(10ms);
    times.add(2min);
    CHECK(times.max() == 2min);
    CHECK(times.percentile(1) >= 60s);
    CHECK(times.percentile(1) <= 61s);
    CHECK(times.percentile(0.5) >= 10ms);
}

TEST_CASE("rare latencies show in the high percentiles only") {
    Histogram times;
    for (int i = 0; i < 998; ++i) times.add(100us);
    for (int i = 0; i < 2; ++i) times.add(1s);
    CHECK(times.percentile(0.99) <= 102us);
    CHECK(times.percentile(0.999) >= 1s);
}
