#ifdef __linux__
#include <sys/timerfd.h>

#include <limits>

#include "almon/net/calendar_watch.hpp"

namespace almon::net {

// A timer by the calendar that never comes, and that is cancelled when the calendar is set:
// timerfd_create(2).
Fd open_calendar_timer() {
    Fd timer(::timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK));
    const itimerspec never{.it_interval = {}, .it_value = {std::numeric_limits<time_t>::max(), 0}};
    const auto flags = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
    if (!timer || ::timerfd_settime(timer.number(), flags, &never, nullptr) != 0) return {};
    return timer;
}

}  // namespace almon::net
#endif
