#include "almon/net/alarm.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "almon/net/loop.hpp"

namespace almon::net {

struct Alarm::Clockwork : std::enable_shared_from_this<Clockwork> {
    Clockwork(Loop& its_loop, Sleeper& its_sleeper)
        : loop(its_loop), sleeper(&its_sleeper), timer(its_loop.context()) {}

    void wish(std::optional<base::Instant> deadline) {
        wished = deadline;
        if (deadline && (!set || *deadline < *set)) arm(*deadline);
    }
    void arm(base::Instant deadline) {
        set = deadline;
        ++settings;
        timer.expires_after(deadline - loop.moment().now);
        timer.async_wait([self = shared_from_this(), deadline](const boost::system::error_code& error) {
            if (!error && self->set == deadline) self->ring();
        });
    }
    void ring() {
        set.reset();
        if (sleeper == nullptr || !wished) return;
        const auto moment = loop.moment();
        if (*wished > moment.now) return arm(*wished);  // the deadline had been moved meanwhile
        wished.reset();
        sleeper->woken(moment);
    }

    Loop& loop;
    Sleeper* sleeper;  // null when the alarm is gone
    boost::asio::steady_timer timer;
    std::optional<base::Instant> wished;
    std::optional<base::Instant> set;
    std::uint64_t settings = 0;
};

Alarm::Alarm(Loop& loop, Sleeper& sleeper) : clockwork_(std::make_shared<Clockwork>(loop, sleeper)) {}

Alarm::~Alarm() {
    clockwork_->sleeper = nullptr;
    clockwork_->timer.cancel();
}

void Alarm::wake_at(std::optional<base::Instant> deadline) {
    clockwork_->wish(deadline);
}

std::uint64_t Alarm::timer_settings() const {
    return clockwork_->settings;
}

}  // namespace almon::net
