// Tells at once when somebody sets the calendar: an administrator, or NTP with a step. Where the operating
// system does not tell (Linux does), nobody is told; who needs to know looks at the clocks now and then, too.
#pragma once

#include "almon/net/descriptor.hpp"

namespace almon::net {

class CalendarReader {
 public:
    // The moment of this turn may have been read before: it is told by the next one.
    virtual void calendar_was_set() = 0;

 protected:
    ~CalendarReader() = default;
};

// Becomes readable when the calendar is set. Nothing where there is no such thing.
Fd open_calendar_timer();

class CalendarWatch final : Readiness {
 public:
    // `timer`: a test's own descriptor, or none.
    CalendarWatch(Loop& loop, CalendarReader& reader, Fd timer = open_calendar_timer());

    bool is_watching() const { return static_cast<bool>(timer_); }

 private:
    void readable() override;

    CalendarReader& reader_;
    Descriptor timer_;
};

}  // namespace almon::net
