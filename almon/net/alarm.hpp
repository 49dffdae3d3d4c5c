// One deadline on a loop. The operating system's timer is set only when it must ring earlier than it is set
// to, so moving a deadline with every message costs no system call.
#pragma once

#include <cstdint>
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
    // How often the operating system's timer was set.
    std::uint64_t timer_settings() const;

 private:
    struct Clockwork;
    std::shared_ptr<Clockwork> clockwork_;  // a pending wait holds it too
};

}  // namespace almon::net
