#include "almon/net/alarm.hpp"

#include <algorithm>
#include <chrono>

#include "almon/base/assert.hpp"
#include "almon/net/loop.hpp"
#include "almon/net/uv_watch.hpp"

namespace almon::net {

struct Alarm::Watch {
    Watch(Loop& its_loop, Sleeper& its_sleeper) : loop(its_loop), sleeper(its_sleeper) {
        handle.data = this;
        ALMON_ASSERT(uv_timer_init(&loop.handles(), &handle) == 0);
    }

    void set(std::optional<base::Instant> wanted) {
        if (wanted == deadline) return;
        deadline = wanted;
        if (!deadline) {
            uv_timer_stop(&handle);
            return;
        }
        uv_timer_start(
            &handle, [](uv_timer_t* timer) { static_cast<Watch*>(timer->data)->ring(); }, wait(), 0);
    }
    // libuv counts whole milliseconds, from the time when its turn began.
    std::uint64_t wait() const {
        using std::chrono::milliseconds, std::chrono::nanoseconds;
        const auto left = std::max(base::Duration::zero(), *deadline - loop.moment().now);
        const auto due = std::chrono::ceil<milliseconds>(nanoseconds(uv_hrtime()) + left);
        return static_cast<std::uint64_t>(due.count()) - uv_now(&loop.handles());
    }
    void ring() {
        auto& its_loop = loop;
        deadline.reset();
        sleeper.woken(loop.moment());  // who may destroy the alarm
        its_loop.worked();
    }

    uv_timer_t handle{};
    Loop& loop;
    Sleeper& sleeper;
    std::optional<base::Instant> deadline;
};

void Alarm::Close::operator()(Watch* watch) const {
    CloseWatch()(watch);
}

Alarm::Alarm(Loop& loop, Sleeper& sleeper) : watch_(new Watch(loop, sleeper)) {}
Alarm::~Alarm() = default;

void Alarm::wake_at(std::optional<base::Instant> deadline) {
    watch_->set(deadline);
}

}  // namespace almon::net
