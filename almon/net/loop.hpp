// One event loop = one thread = one shard. All that lives on a loop is touched by its thread only, except
// post() and stop(). Whatever holds a Loop& must be gone before the loop is.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "almon/base/time.hpp"

namespace boost::asio {
class io_context;
}

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
    // One turn: waits at most this long for events, works through at most limits::events_per_turn of them.
    // False when there was none. For tests, and for programs with a loop of their own.
    bool turn(base::Duration patience);
    // From any thread, for good: a stopped loop does not run again.
    void stop();

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

    // For the other sources of this folder.
    boost::asio::io_context& context();

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
    void work_through_ready();
    void call_hooks();

    std::unique_ptr<Engine> engine_;
    std::optional<base::Moment> moment_;
    TurnEnd* host_ = nullptr;
    std::vector<TurnEnd*> hooks_;
};

}  // namespace almon::net
