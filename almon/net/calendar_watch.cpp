#include "almon/net/calendar_watch.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace almon::net {

CalendarWatch::CalendarWatch(Loop& loop, CalendarReader& reader, Fd timer)
    : reader_(reader), timer_(loop, std::move(timer), *this) {
    if (timer_) timer_.await_readable();
}

// A timer that was cancelled fails the read with ECANCELED, once for each setting of the calendar, and
// watches on. Whatever else is wrong with it would make it readable for ever: nobody waits for it then.
void CalendarWatch::readable() {
    std::uint64_t expirations = 0;
    const auto octets = ::read(timer_.number(), &expirations, sizeof expirations);
    const bool is_nothing = octets < 0 && (errno == EAGAIN || errno == EINTR);
    const bool was_set = octets > 0 || (octets < 0 && errno == ECANCELED);
    if (is_nothing || was_set) timer_.await_readable();
    if (was_set) reader_.calendar_was_set();
}

}  // namespace almon::net
