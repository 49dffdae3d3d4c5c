#include "almon/base/timer_wheel.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <vector>

using namespace almon::base;
using namespace std::chrono_literals;

namespace {
Instant at(Duration since_start) {
    return Instant(since_start);
}
}  // namespace

TEST_CASE("timers fire in order, never early, at most one tick late") {
    TimerWheel<int> wheel;
    wheel.advance(at(5s), [](int) {});
    wheel.arm(at(5'500ms), 2);
    wheel.arm(at(5'001ms), 1);
    wheel.arm(at(5s + 3'600s), 3);
    std::vector<int> fired;
    const auto note = [&](int timer) { fired.push_back(timer); };
    wheel.advance(at(5'000'999us), note);
    CHECK(fired.empty());
    wheel.advance(at(5'499ms), note);
    CHECK(fired == std::vector{1});
    wheel.advance(at(5'500ms), note);
    CHECK(fired == std::vector{1, 2});
    wheel.advance(at(3'604'999ms), note);
    CHECK(fired.size() == 2);
    wheel.advance(at(3'605'000ms), note);
    CHECK(fired == std::vector{1, 2, 3});
    CHECK(wheel.size() == 0);
}

TEST_CASE("a cancelled timer does not fire, and cannot be cancelled twice") {
    TimerWheel<int> wheel;
    const auto id = wheel.arm(at(10ms), 1);
    CHECK(wheel.cancel(id));
    CHECK_FALSE(wheel.cancel(id));
    CHECK_FALSE(wheel.cancel({}));
    CHECK_FALSE(wheel.next());
    const auto other = wheel.arm(at(20ms), 2);
    CHECK(other.slot == id.slot);
    CHECK_FALSE(wheel.cancel(id));
    CHECK(wheel.next() == at(20ms));
}

TEST_CASE("a lone distant timer wakes an idle wheel a handful of times at most") {
    TimerWheel<int> wheel;
    wheel.advance(at(123'456'789ms), [](int) {});
    wheel.arm(at(123'456'789ms + 3'600s), 1);
    int wakes = 0;
    bool fired = false;
    while (const auto next = wheel.next()) {
        ++wakes;
        wheel.advance(*next, [&](int) { fired = true; });
    }
    CHECK(fired);
    CHECK(wakes <= 6);
}

TEST_CASE("a timer armed for the past fires at the next tick, also from inside another") {
    TimerWheel<int> wheel;
    wheel.advance(at(1s), [](int) {});
    wheel.arm(at(1ms), 1);
    std::vector<int> fired;
    const auto chain = [&](int timer) {
        fired.push_back(timer);
        if (timer < 3) wheel.arm(at(1ms), timer + 1);
    };
    wheel.advance(at(1'003ms), chain);
    CHECK(fired == std::vector{1, 2, 3});
}

TEST_CASE("a timer beyond the horizon of two years still fires in its time") {
    TimerWheel<int> wheel;
    const auto far = at(std::chrono::hours(24 * 365 * 5));
    wheel.arm(far, 1);
    bool fired = false;
    while (const auto next = wheel.next()) {
        REQUIRE(*next <= far);
        wheel.advance(*next, [&](int) { fired = *next == far; });
    }
    CHECK(fired);
}

TEST_CASE("random arming, cancelling and jumping agrees with a sorted map") {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        TimerWheel<int> wheel;
        struct Armed {
            Instant due;
            TimerId id;
        };
        std::map<int, Armed> model;
        Instant now = at(std::chrono::milliseconds(random() % 1'000'000));
        wheel.advance(now, [](int) {});
        for (int step = 0; step < 3'000; ++step) {
            const auto spread = std::uint64_t{1} << random() % 36;
            const auto due = now + std::chrono::milliseconds(1 + random() % spread);
            model[step] = {due, wheel.arm(due, step)};
            if (random() % 3 == 0) {
                const auto victim = std::next(model.begin(), static_cast<long>(random() % model.size()));
                REQUIRE(wheel.cancel(victim->second.id));
                model.erase(victim);
            }
            if (random() % 4 != 0) continue;
            now += std::chrono::milliseconds(random() % (std::uint64_t{1} << random() % 30));
            Instant last{};
            wheel.advance(now, [&](int timer) {
                const auto known = model.find(timer);
                REQUIRE(known != model.end());
                REQUIRE(known->second.due <= now);
                REQUIRE(known->second.due >= last);
                last = known->second.due;
                model.erase(known);
            });
            for (const auto& [timer, armed] : model) REQUIRE(armed.due > now);
            REQUIRE(wheel.size() == model.size());
            if (!model.empty()) REQUIRE(wheel.next().value() > now);
        }
    }
}

TEST_CASE("a timer between two ticks waits for the later one") {
    TimerWheel<int> wheel;
    wheel.advance(at(5s), [](int) {});
    wheel.arm(at(5'001'500us), 1);
    bool fired = false;
    const auto note = [&](int) { fired = true; };
    wheel.advance(at(5'001'499us), note);
    CHECK_FALSE(fired);
    wheel.advance(at(5'002ms), note);
    CHECK(fired);
}
