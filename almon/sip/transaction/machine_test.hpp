// What the tests of the four machines share: virtual time, readable actions, retransmission schedules.
#pragma once

#include <doctest/doctest.h>

#include <vector>

#include "almon/sip/transaction/actions.hpp"
#include "almon/sip/transaction/timers.hpp"

namespace almon::sip::test {

using namespace std::chrono_literals;

inline const Timers timers;
inline constexpr Instant begin{1000s};

// Milliseconds after `begin` at which the machine acts by itself, and what it asks for then.
struct Wake {
    long at_ms;
    std::string_view timer;
    Actions actions;
    friend bool operator==(const Wake&, const Wake&) = default;
};

// Lets time pass from deadline to deadline until the machine sleeps or has woken up `limit` times.
template <class Machine, class Expire>
std::vector<Wake> run(Machine& machine, Expire expire, std::size_t limit = 100) {
    std::vector<Wake> wakes;
    while (machine.deadline() && wakes.size() < limit) {
        const auto now = *machine.deadline();
        const auto timer = machine.timer();
        const auto at = std::chrono::duration_cast<std::chrono::milliseconds>(now - begin).count();
        wakes.push_back({static_cast<long>(at), timer, expire(machine, now)});
    }
    return wakes;
}

// When the machine asked for this.
inline std::vector<long> times(const std::vector<Wake>& wakes, Actions actions) {
    std::vector<long> at;
    for (const auto& wake : wakes)
        if (wake.actions == actions) at.push_back(wake.at_ms);
    return at;
}

}  // namespace almon::sip::test

template <>
struct doctest::StringMaker<almon::sip::Actions> {
    static doctest::String convert(const almon::sip::Actions& actions) {
        return almon::base::printed(actions).c_str();
    }
};
