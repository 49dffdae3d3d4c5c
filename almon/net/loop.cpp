#include "almon/net/loop.hpp"

#include <uv.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <limits>
#include <mutex>
#include <thread>

#include "almon/base/assert.hpp"
#include "almon/base/limits.hpp"
#include "almon/net/clock.hpp"

namespace almon::net {
namespace {

constexpr auto for_ever = base::Duration::max();

}  // namespace

struct Loop::Engine {
    Engine() {
        ALMON_ASSERT(uv_loop_init(&loop) == 0);
        ALMON_ASSERT(uv_async_init(&loop, &wake, [](uv_async_t*) {}) == 0);
        ALMON_ASSERT(uv_timer_init(&loop, &patience) == 0);
        uv_unref(reinterpret_cast<uv_handle_t*>(&patience));
    }
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    // What was posted may own handles; libuv lets go of them in one more turn.
    ~Engine() {
        posted.clear();
        uv_close(reinterpret_cast<uv_handle_t*>(&wake), nullptr);
        uv_close(reinterpret_cast<uv_handle_t*>(&patience), nullptr);
        uv_run(&loop, UV_RUN_NOWAIT);
        ALMON_ASSERT(uv_loop_close(&loop) == 0);  // else somebody still holds the loop
    }

    std::vector<std::unique_ptr<AnyErrand>> take() {
        const std::lock_guard guard(lock);
        const auto count = std::min(posted.size(), base::limits::events_per_turn);
        const auto end = posted.begin() + static_cast<std::ptrdiff_t>(count);
        std::vector<std::unique_ptr<AnyErrand>> taken(std::move_iterator(posted.begin()),
                                                      std::move_iterator(end));
        posted.erase(posted.begin(), end);
        return taken;
    }

    uv_loop_t loop{};
    uv_async_t wake{};
    uv_timer_t patience{};
    std::atomic<bool> stopped = false;
    std::mutex lock;
    std::deque<std::unique_ptr<AnyErrand>> posted;  // under lock
};

Loop::Loop() : engine_(std::make_unique<Engine>()) {}
Loop::~Loop() = default;

void Loop::run() {
    while (!engine_->stopped) {
        turn(for_ever);
        gather();
    }
}

bool Loop::turn(base::Duration patience) {
    if (engine_->stopped) return false;
    events_ = 0;
    woken_.reset();
    hurries_ = false;
    begin_turn();
    work(patience);
    end_turn();
    return events_ > 0;
}

void Loop::stop() {
    engine_->stopped = true;
    uv_async_send(&engine_->wake);
}

void Loop::enqueue(std::unique_ptr<AnyErrand> errand) {
    {
        const std::lock_guard guard(engine_->lock);
        engine_->posted.push_back(std::move(errand));
    }
    uv_async_send(&engine_->wake);
}

base::Moment Loop::moment() {
    if (!moment_) moment_ = read_clocks();
    if (!woken_) woken_ = moment_->now;
    return *moment_;
}

void Loop::at_every_turn_end(TurnEnd* host) {
    host_ = host;
}

void Loop::at_this_turn_end(TurnEnd& hook) {
    hooks_.push_back(&hook);
}

void Loop::forget(TurnEnd& hook) {
    std::replace(hooks_.begin(), hooks_.end(), &hook, static_cast<TurnEnd*>(nullptr));
}

uv_loop_s& Loop::handles() {
    return engine_->loop;
}

// A timer goes off before libuv waits: it must not wait then.
void Loop::worked() {
    ++events_;
    uv_stop(&engine_->loop);
    if (++in_batch_ < base::limits::events_per_turn) return;
    end_turn();
    begin_turn();
}

void Loop::begin_turn() {
    in_batch_ = 0;
    moment_.reset();
    call_hooks();  // of what was written between the turns
    moment_.reset();
}

void Loop::end_turn() {
    if (host_ != nullptr) host_->turn_ended();
    call_hooks();
}

// A wake-up costs as much as three messages.
void Loop::gather() {
    if (interval_ == base::Duration::zero() || !woken_) return;
    const auto before = std::exchange(last_woken_, woken_);
    if (hurries_ || !before || *woken_ - *before > 2 * interval_) return;
    const auto busy = read_clocks().now - *woken_;
    if (busy < interval_ / 2) std::this_thread::sleep_for(interval_ - busy);
}

void Loop::work(base::Duration patience) {
    auto& [loop, wake, timer, stopped, lock, posted] = *engine_;
    const bool waits = !run_errands() && patience > base::Duration::zero();
    if (waits && patience != for_ever) {
        const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(patience).count();
        const auto give_up = [](uv_timer_t* it) { uv_stop(it->loop); };
        uv_timer_start(&timer, give_up, static_cast<std::uint64_t>(rounded), 0);
    }
    uv_run(&loop, waits ? UV_RUN_ONCE : UV_RUN_NOWAIT);
    uv_timer_stop(&timer);
    if (waits) run_errands();
}

// Those that were posted before; more may come meanwhile, and wake the loop again.
bool Loop::run_errands() {
    const auto errands = engine_->take();
    for (const auto& errand : errands) errand->run();
    events_ += errands.size();
    return !errands.empty();
}

void Loop::call_hooks() {
    for (std::size_t i = 0; i < hooks_.size(); ++i)  // a hook may add another
        if (hooks_[i] != nullptr) hooks_[i]->turn_ended();
    hooks_.clear();
}

}  // namespace almon::net
