#include "almon/sip/digest/count_window.hpp"

#include <doctest/doctest.h>

#include <random>
#include <set>

using almon::sip::digest::CountWindow;

TEST_CASE("each count passes once") {
    CountWindow window;
    for (std::uint32_t nc = 1; nc < 200; ++nc) {
        CHECK_FALSE(window.used(nc));
        window.use(nc);
        CHECK(window.used(nc));
        CHECK(window.used(1));
    }
}

TEST_CASE("no request is counted 0") {
    CountWindow window;
    CHECK(window.used(0));
    window.use(1);
    CHECK(window.used(0));
}

TEST_CASE("counts that were overtaken pass once, within 64 of the highest") {
    CountWindow window;
    window.use(100);
    CHECK_FALSE(window.used(37));
    CHECK(window.used(36));
    window.use(99);
    CHECK(window.used(99));
    CHECK_FALSE(window.used(98));
    window.use(36);  // too far behind to be noted
    CHECK(window.used(36));
}

TEST_CASE("a leap ahead forgets nothing that it should not") {
    CountWindow window;
    window.use(1);
    window.use(64);
    CHECK(window.used(1));
    CHECK_FALSE(window.used(2));
    window.use(65);
    CHECK(window.used(1));  // out of the window: counts as used
    window.use(0xffffffffU);
    CHECK(window.used(65));
    CHECK(window.used(0xffffffffU));
    CHECK_FALSE(window.used(0xfffffffeU));
}

TEST_CASE("whatever the order, no count passes twice, and none near the highest is refused wrongly") {
    std::mt19937 random(1);
    CountWindow window;
    std::set<std::uint32_t> used;
    std::uint32_t highest = 0;
    for (int i = 0; i < 20'000; ++i) {
        const auto nc = static_cast<std::uint32_t>(1 + i / 4 + static_cast<int>(random() % 100));
        const bool near = nc > highest || highest - nc < 64;
        REQUIRE(window.used(nc) == (!near || used.count(nc) == 1));
        if (window.used(nc)) continue;
        window.use(nc);
        used.insert(nc);
        highest = std::max(highest, nc);
    }
}
