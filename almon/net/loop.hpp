// One event loop = one thread = one shard. All that lives on a loop is touched by its thread only, except
// post() and stop(). Whatever holds a Loop& must be gone before the loop is.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "almon/base/time.hpp"

struct uv_loop_s;

namespace almon::net {

// Called after a batch of ready events was worked through: the moment to send in one go what they left.
class TurnEnd {
 public:
    virtual void turn_ended() = 0;

 protected:
    ~TurnEnd() = default;
};

class Loop {
 public:
    Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop();

    // Turns until stop(). A loop that waits for nothing makes no wake-ups.
    void run();
    // One turn: waits at most this long for events, works through those that are ready. False when there was
    // none. For tests, and for programs with a loop of their own.
    bool turn(base::Duration patience);
    // From any thread, for good: a stopped loop does not run again.
    void stop();

    // Has run() gather: while events come more often than this, but leave the thread idle for most of the
    // time, turns begin no more often than this. A message then waits up to so long, and many share the price
    // of a wake-up. The first event after a pause is not kept waiting. Zero, the default, is off.
    void gather_for(base::Duration interval) { interval_ = interval; }

    // Has work() done on the loop's thread, in a later turn. From any thread; the order of one thread's is
    // kept.
    template <class Work>
    void post(Work work) {
        enqueue(std::make_unique<Errand<Work>>(std::move(work)));
    }

    // The time of this turn: read when first asked for, the same until the next turn begins.
    base::Moment moment();

    // The host's hook: after every batch. Null takes it away.
    void at_every_turn_end(TurnEnd* host);
    // Once, after this batch and after the host's hook, so that what the host writes there is sent as well.
    void at_this_turn_end(TurnEnd& hook);
    // Forgets a hook that goes away before the turn ends.
    void forget(TurnEnd& hook);

    // For the other sources of this folder: where they put their libuv handles, …
    uv_loop_s& handles();
    // … what they call after each event (a batch ends after limits::events_per_turn of them), …
    void worked();
    // … and when they took their share and left more for the next turn: it is not the time to gather.
    void hurry() { hurries_ = true; }

 private:
    struct Engine;
    struct AnyErrand {
        virtual ~AnyErrand() = default;
        virtual void run() = 0;
    };
    template <class Work>
    struct Errand final : AnyErrand {
        explicit Errand(Work given) : work(std::move(given)) {}
        void run() override { work(); }
        Work work;
    };

    void enqueue(std::unique_ptr<AnyErrand> errand);
    void begin_turn();
    void end_turn();
    void gather();
    void work(base::Duration patience);
    bool run_errands();
    void call_hooks();

    std::unique_ptr<Engine> engine_;
    std::optional<base::Moment> moment_;
    TurnEnd* host_ = nullptr;
    std::vector<TurnEnd*> hooks_;
    std::size_t events_ = 0;    // of this turn, …
    std::size_t in_batch_ = 0;  // … and since something was sent
    base::Duration interval_{0};
    std::optional<base::Instant> woken_;  // when this turn's work began, if there was any
    std::optional<base::Instant> last_woken_;
    bool hurries_ = false;
};

}  // namespace almon::net
