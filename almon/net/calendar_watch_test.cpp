#include "almon/net/calendar_watch.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <memory>

#include "almon/net/loop.hpp"
#include "almon/net/turn_until.hpp"

using namespace almon::net;
using namespace std::chrono_literals;

namespace {

struct Almanac : CalendarReader {
    void calendar_was_set() override {
        ++settings;
        if (drops) watch.reset();
    }
    Loop loop;
    std::unique_ptr<CalendarWatch> watch;
    int settings = 0;
    bool drops = false;
};

// Stands in for the kernel's timer: nobody sets the calendar of the machine that runs the tests.
struct FakeTimer {
    FakeTimer() {
        std::array<int, 2> ends{};
        REQUIRE(::pipe(ends.data()) == 0);
        out = Fd(ends[0]);
        in = Fd(ends[1]);
    }
    void fires() const {
        const std::uint64_t once = 1;
        CHECK(::write(in.number(), &once, sizeof once) == sizeof once);
    }
    Fd out, in;
};

}  // namespace

TEST_CASE("each setting of the calendar is told of once") {
    Almanac almanac;
    FakeTimer timer;
    almanac.watch = std::make_unique<CalendarWatch>(almanac.loop, almanac, std::move(timer.out));
    CHECK(almanac.watch->is_watching());
    settle(almanac.loop);
    CHECK(almanac.settings == 0);
    for (int settings = 1; settings <= 3; ++settings) {
        timer.fires();
        REQUIRE(turn_until(almanac.loop, [&] { return almanac.settings == settings; }));
        settle(almanac.loop);
        CHECK(almanac.settings == settings);
    }
}

TEST_CASE("whoever is told may stop watching") {
    Almanac almanac;
    FakeTimer timer;
    almanac.watch = std::make_unique<CalendarWatch>(almanac.loop, almanac, std::move(timer.out));
    almanac.drops = true;
    timer.fires();
    REQUIRE(turn_until(almanac.loop, [&] { return almanac.settings == 1; }));
    settle(almanac.loop);
    CHECK(almanac.settings == 1);
}

TEST_CASE("a timer that is broken tells nothing and wakes nobody again") {
    Almanac almanac;
    FakeTimer timer;
    almanac.watch = std::make_unique<CalendarWatch>(almanac.loop, almanac, std::move(timer.out));
    timer.in = {};
    settle(almanac.loop);
    CHECK_FALSE(almanac.loop.turn(5ms));
    CHECK(almanac.settings == 0);
}

TEST_CASE("without a timer nobody is ever told") {
    Almanac almanac;
    almanac.watch = std::make_unique<CalendarWatch>(almanac.loop, almanac, Fd());
    CHECK_FALSE(almanac.watch->is_watching());
    CHECK_FALSE(almanac.loop.turn(5ms));
    CHECK(almanac.settings == 0);
}

TEST_CASE("the timer of the operating system is armed, and does not fire while nobody sets the calendar") {
    Almanac almanac;
    almanac.watch = std::make_unique<CalendarWatch>(almanac.loop, almanac);
#ifdef __linux__
    CHECK(almanac.watch->is_watching());
#else
    CHECK_FALSE(almanac.watch->is_watching());
#endif
    CHECK_FALSE(almanac.loop.turn(20ms));
    CHECK(almanac.settings == 0);
}
