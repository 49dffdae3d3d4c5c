// The client transaction of every request but INVITE and ACK: RFC 3261 §17.1.2.
// Drawing and table: docs/reference/transactions.md.
#pragma once

#include <string_view>

#include "almon/sip/status.hpp"
#include "almon/sip/transaction/actions.hpp"
#include "almon/sip/transaction/timers.hpp"

namespace almon::sip {

class NonInviteClient {
 public:
    enum class State : unsigned char { trying, proceeding, completed, terminated };

    explicit NonInviteClient(Reliability reliability) : reliability_(reliability) {}

    // The first input: sends the request.
    [[nodiscard]] Actions start(Instant now, const Timers& timers);
    // A response that matches this transaction (§17.1.3).
    [[nodiscard]] Actions receive(Status status, Instant now, const Timers& timers);
    // Serves what is due at `now`; harmless when nothing is.
    [[nodiscard]] Actions expire(Instant now, const Timers& timers);
    // §17.1.4: the transport could not send what this machine asked for.
    [[nodiscard]] Actions transport_failed();

    // When expire() is wanted next.
    std::optional<Instant> deadline() const { return earliest(retransmit_, end_); }
    // The letter of the timer behind deadline(), for logs; empty when none runs.
    std::string_view timer() const;
    State state() const { return state_; }

 private:
    Actions complete(Instant now, const Timers& timers);
    Actions terminate(Actions last);

    Backoff retransmit_;  // Timer E
    Alarm end_;           // Timer F or K
    State state_ = State::trying;
    Reliability reliability_;
};

// §17.1.2.2.
inline Actions NonInviteClient::start(Instant now, const Timers& timers) {
    end_.set(now + timers.f());
    if (reliability_ == Reliability::unreliable) retransmit_.start(now, std::min(timers.t1, timers.t2));
    return {.send_request = true};
}

inline Actions NonInviteClient::receive(Status status, Instant now, const Timers& timers) {
    switch (state_) {
        case State::trying:  // §17.1.2.2: a provisional response stops neither E nor F
        case State::proceeding:
            if (status.is_final()) return complete(now, timers);
            state_ = State::proceeding;
            return {.deliver = true};
        case State::completed:  // §17.1.2.2: only the first final response counts
        case State::terminated: return {};
    }
    return {};
}

inline Actions NonInviteClient::expire(Instant now, const Timers& timers) {
    switch (state_) {
        case State::trying:  // §17.1.2.2: Timer F, then E, which doubles up to T2
        case State::proceeding:
            if (end_.due(now)) return terminate({.timed_out = true});
            if (!retransmit_.due(now)) return {};
            if (state_ == State::trying) retransmit_.grow(now, timers.t2);
            if (state_ == State::proceeding) retransmit_.start(now, timers.t2);
            return {.send_request = true};
        case State::completed:  // §17.1.2.2: Timer K
            return end_.due(now) ? terminate({}) : Actions{};
        case State::terminated: return {};
    }
    return {};
}

inline Actions NonInviteClient::transport_failed() {
    switch (state_) {
        case State::trying:  // §17.1.4
        case State::proceeding: return terminate({.failed = true});
        case State::completed:  // nothing of ours is under way
        case State::terminated: return {};
    }
    return {};
}

inline std::string_view NonInviteClient::timer() const {
    switch (state_) {
        case State::trying:
        case State::proceeding: return retransmit_ < end_ ? "E" : "F";
        case State::completed: return "K";
        case State::terminated: return "";
    }
    return "";
}

// §17.1.2.2. Over a reliable transport Timer K is zero, so there is nothing to wait for.
inline Actions NonInviteClient::complete(Instant now, const Timers& timers) {
    if (timers.k(reliability_) == Duration::zero()) return terminate({.deliver = true});
    state_ = State::completed;
    retransmit_.stop();
    end_.set(now + timers.k(reliability_));
    return {.deliver = true};
}

inline Actions NonInviteClient::terminate(Actions last) {
    state_ = State::terminated;
    retransmit_.stop();
    end_.stop();
    last.ended = true;
    return last;
}

}  // namespace almon::sip
