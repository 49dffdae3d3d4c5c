// One deadline on a loop, kept to the millisecond, never early. Moving it costs no system call: a loop waits
// no longer than until the next deadline.
#pragma once

#include <memory>
#include <optional>

#include "almon/base/time.hpp"

namespace almon::net {

class Loop;

class Sleeper {
 public:
    // The deadline has come. A new one is set with wake_at().
    virtual void woken(base::Moment moment) = 0;

 protected:
    ~Sleeper() = default;
};

class Alarm {
 public:
    Alarm(Loop& loop, Sleeper& sleeper);
    Alarm(const Alarm&) = delete;
    Alarm& operator=(const Alarm&) = delete;
    ~Alarm();

    // Replaces the deadline; nothing: sleep on. One that is past comes in the next turn.
    void wake_at(std::optional<base::Instant> deadline);

 private:
    struct Watch;
    struct Close {
        void operator()(Watch* watch) const;
    };
    std::unique_ptr<Watch, Close> watch_;
};

}  // namespace almon::net
