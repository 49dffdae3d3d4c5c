#include "almon/net/loop.hpp"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "almon/base/limits.hpp"
#include "almon/net/clock.hpp"

namespace almon::net {

namespace asio = boost::asio;

struct Loop::Engine {
    asio::io_context context{1};  // the hint says: one thread runs it
    asio::executor_work_guard<asio::io_context::executor_type> stays_open{context.get_executor()};
};

Loop::Loop() : engine_(std::make_unique<Engine>()) {}
Loop::~Loop() = default;

void Loop::run() {
    while (!context().stopped()) {
        begin_turn();
        context().run_one();
        end_turn();
    }
}

bool Loop::turn(base::Duration patience) {
    begin_turn();
    const bool any = context().poll_one() > 0 || context().run_one_for(patience) > 0;
    end_turn();
    return any;
}

void Loop::stop() {
    context().stop();
}

void Loop::enqueue(std::unique_ptr<AnyErrand> errand) {
    asio::post(context(), [errand = std::move(errand)] { errand->run(); });
}

base::Moment Loop::moment() {
    if (!moment_) moment_ = read_clocks();
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

asio::io_context& Loop::context() {
    return engine_->context;
}

void Loop::begin_turn() {
    moment_.reset();
    call_hooks();  // of what was written between the turns
    moment_.reset();
}

void Loop::end_turn() {
    work_through_ready();
    if (host_ != nullptr) host_->turn_ended();
    call_hooks();
}

// The first event was worked on where the loop waited. A busy descriptor may be ready again within the turn;
// the limit keeps the time until the batch is answered short.
void Loop::work_through_ready() {
    for (std::size_t i = 1; i < base::limits::events_per_turn; ++i)
        if (context().poll_one() == 0) return;
}

void Loop::call_hooks() {
    for (std::size_t i = 0; i < hooks_.size(); ++i)  // a hook may add another
        if (hooks_[i] != nullptr) hooks_[i]->turn_ended();
    hooks_.clear();
}

}  // namespace almon::net
