// The INVITE client transaction: RFC 3261 §17.1.1, with the Accepted state of RFC 6026 §7.2.
// Drawing and table: docs/reference/transactions.md.
#pragma once

#include <string_view>

#include "almon/sip/status.hpp"
#include "almon/sip/transaction/actions.hpp"
#include "almon/sip/transaction/timers.hpp"

namespace almon::sip {

class InviteClient {
 public:
    enum class State : unsigned char { calling, proceeding, completed, accepted, terminated };

    explicit InviteClient(Reliability reliability) : reliability_(reliability) {}

    // The first input: sends the INVITE.
    [[nodiscard]] Actions start(Instant now, const Timers& timers);
    // A response that matches this transaction (§17.1.3). Delivered 2xx are acknowledged by the transaction
    // user.
    [[nodiscard]] Actions receive(Status status, Instant now, const Timers& timers);
    // Serves what is due at `now`; harmless when nothing is.
    [[nodiscard]] Actions expire(Instant now);
    // §17.1.4: the transport could not send what this machine asked for.
    [[nodiscard]] Actions transport_failed();

    // The transaction user waits no longer, as after a CANCEL that brought no final response (§9.1, §16.8).
    // One that comes within 64*T1, counted from the INVITE when nothing rings yet, still gets its ACK.
    [[nodiscard]] Actions abandon(Instant now, const Timers& timers);

    // When expire() is wanted next; none in proceeding, where only the transaction user ends the wait (by
    // CANCEL; a proxy's Timer C; abandon()).
    std::optional<Instant> deadline() const { return earliest(retransmit_, end_); }
    // The letter of the timer behind deadline(), for logs; empty when none runs.
    std::string_view timer() const;
    State state() const { return state_; }

 private:
    Actions proceed();
    Actions complete(Instant now, const Timers& timers);
    Actions accept(Instant now, const Timers& timers);
    Actions terminate(Actions last);

    Backoff retransmit_;  // Timer A
    Alarm end_;           // Timer B, D or M; in proceeding the end of one that was abandoned
    State state_ = State::calling;
    Reliability reliability_;
    bool abandoned_ = false;  // while calling
};

// §17.1.1.2.
inline Actions InviteClient::start(Instant now, const Timers& timers) {
    end_.set(now + timers.b());
    if (reliability_ == Reliability::unreliable) retransmit_.start(now, timers.t1);
    return {.send_request = true};
}

inline Actions InviteClient::receive(Status status, Instant now, const Timers& timers) {
    switch (state_) {
        case State::calling:  // §17.1.1.2
        case State::proceeding:
            if (status.is_success()) return accept(now, timers);
            if (status.is_final()) return complete(now, timers);
            return proceed();
        case State::completed:  // §17.1.1.2: a repeated final response means that the ACK got lost
            return {.send_ack = status.is_final() && !status.is_success()};
        case State::accepted:  // RFC 6026 §7.2: 2xx of other forks, or repeats; nothing else
            return {.deliver = status.is_success()};
        case State::terminated: return {};
    }
    return {};
}

inline Actions InviteClient::expire(Instant now) {
    switch (state_) {
        case State::calling:  // §17.1.1.2: Timer B, then A, which doubles without a ceiling
            if (end_.due(now)) return terminate({.timed_out = true});
            if (!retransmit_.due(now)) return {};
            retransmit_.grow(now, Duration::max());
            return {.send_request = true};
        case State::completed:   // §17.1.1.2: Timer D
        case State::accepted:    // RFC 6026 §7.2: Timer M
        case State::proceeding:  // abandoned
            return end_.due(now) ? terminate({}) : Actions{};
        case State::terminated: return {};
    }
    return {};
}

inline Actions InviteClient::abandon(Instant now, const Timers& timers) {
    switch (state_) {
        case State::proceeding: end_.set(now + 64 * timers.t1); return {};
        case State::calling: abandoned_ = true; return {};  // Timer B runs, and goes on when it rings
        case State::completed:                              // Timer D or M runs
        case State::accepted:
        case State::terminated: return {};
    }
    return {};
}

inline Actions InviteClient::transport_failed() {
    switch (state_) {
        case State::calling:    // §17.1.4
        case State::completed:  // the ACK could not be sent (RFC 6026, figure 5)
            return terminate({.failed = true});
        case State::proceeding:  // nothing of ours is under way; the answer may come over a new connection
        case State::accepted:    // the ACK of a 2xx is the transaction user's
        case State::terminated: return {};
    }
    return {};
}

inline std::string_view InviteClient::timer() const {
    switch (state_) {
        case State::calling: return retransmit_ < end_ ? "A" : "B";
        case State::completed: return "D";
        case State::accepted: return "M";
        case State::proceeding: return end_.is_running() ? "abandoned" : "";
        case State::terminated: return "";
    }
    return "";
}

// §17.1.1.2. What was abandoned stays so, however often it rings.
inline Actions InviteClient::proceed() {
    if (state_ == State::calling && !abandoned_) end_.stop();
    state_ = State::proceeding;
    retransmit_.stop();
    return {.deliver = true};
}

// §17.1.1.2: 300-699. Over a reliable transport Timer D is zero, so there is nothing to wait for.
inline Actions InviteClient::complete(Instant now, const Timers& timers) {
    const Actions actions{.send_ack = true, .deliver = true};
    if (timers.d(reliability_) == Duration::zero()) return terminate(actions);
    state_ = State::completed;
    retransmit_.stop();
    end_.set(now + timers.d(reliability_));
    return actions;
}

// RFC 6026 §7.2: 2xx.
inline Actions InviteClient::accept(Instant now, const Timers& timers) {
    state_ = State::accepted;
    retransmit_.stop();
    end_.set(now + timers.m());
    return {.deliver = true};
}

inline Actions InviteClient::terminate(Actions last) {
    state_ = State::terminated;
    retransmit_.stop();
    end_.stop();
    last.ended = true;
    return last;
}

}  // namespace almon::sip
