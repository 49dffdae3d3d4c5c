// The server transaction of every request but INVITE and ACK: RFC 3261 §17.2.2, tamed by RFC 4320 §4.
// Drawing and table: docs/reference/transactions.md.
#pragma once

#include <string_view>

#include "almon/sip/status.hpp"
#include "almon/sip/transaction/actions.hpp"
#include "almon/sip/transaction/timers.hpp"

namespace almon::sip {

class NonInviteServer {
 public:
    enum class State : unsigned char { trying, proceeding, completed, terminated };

    explicit NonInviteServer(Reliability reliability) : reliability_(reliability) {}

    // The first input: passes the request up.
    [[nodiscard]] Actions start(Instant now, const Timers& timers);
    // The request again (§17.2.3).
    [[nodiscard]] Actions receive();
    // A response of the transaction user's. RFC 4320 keeps back what only does harm: a provisional one other
    // than 100, a 100 too early over an unreliable transport (§4.1), and every 408 (§4.2): the transaction
    // then completes without a word.
    [[nodiscard]] Actions respond(Status status, Instant now, const Timers& timers);
    // Serves what is due at `now`; harmless when nothing is.
    [[nodiscard]] Actions expire(Instant now);
    // A response could not be sent. RFC 6026 §8.8: no reason to forget the transaction.
    [[nodiscard]] Actions transport_failed();

    // When expire() is wanted next; none in proceeding.
    std::optional<Instant> deadline() const { return earliest(trying_, end_); }
    // The timer behind deadline(), for logs: "J", or "100"; empty when none runs.
    std::string_view timer() const;
    State state() const { return state_; }

 private:
    Actions answer(Status status, Instant now, const Timers& timers);
    Actions proceed(Actions actions);
    Actions complete(Actions actions, Instant now, const Timers& timers);
    Actions terminate(Actions last);

    Alarm trying_;  // RFC 4320 §4.1: when a 100 becomes useful, and owed
    Alarm end_;     // Timer J
    State state_ = State::trying;
    Reliability reliability_;
    bool silent_ = false;  // the final response is one that is not sent
};

// §17.2.2; RFC 4320 §4.1: without an answer by then, a 100 is owed over any transport.
inline Actions NonInviteServer::start(Instant now, const Timers& timers) {
    trying_.set(now + timers.e_reaches_t2());
    return {.deliver = true};
}

inline Actions NonInviteServer::receive() {
    switch (state_) {
        case State::proceeding: return {.send_response = true};  // §17.2.2: the 100
        case State::completed: return {.send_response = !silent_};
        case State::trying:  // §17.2.2: discarded
        case State::terminated: return {};
    }
    return {};
}

inline Actions NonInviteServer::respond(Status status, Instant now, const Timers& timers) {
    switch (state_) {
        case State::trying:  // §17.2.2
        case State::proceeding: return answer(status, now, timers);
        case State::completed:  // §17.2.2: discarded
        case State::terminated: return {};
    }
    return {};
}

inline Actions NonInviteServer::expire(Instant now) {
    switch (state_) {
        case State::trying:  // RFC 4320 §4.1
            return trying_.due(now) ? proceed({.send_trying = true}) : Actions{};
        case State::completed:  // §17.2.2: Timer J
            return end_.due(now) ? terminate({}) : Actions{};
        case State::proceeding:
        case State::terminated: return {};
    }
    return {};
}

inline Actions NonInviteServer::transport_failed() {
    switch (state_) {
        case State::proceeding:  // RFC 6026 §8.8: stay, so that repeats are not taken for new requests
        case State::completed: return {.failed = !silent_};
        case State::trying:  // nothing was sent
        case State::terminated: return {};
    }
    return {};
}

inline std::string_view NonInviteServer::timer() const {
    switch (state_) {
        case State::trying: return "100";
        case State::completed: return "J";
        case State::proceeding:
        case State::terminated: return "";
    }
    return "";
}

// RFC 4320 §4.1 and §4.2 decide what leaves.
inline Actions NonInviteServer::answer(Status status, Instant now, const Timers& timers) {
    if (status == status::request_timeout) {
        silent_ = true;
        return complete({}, now, timers);
    }
    if (status.is_final()) return complete({.send_response = true}, now, timers);
    const bool early =
        reliability_ == Reliability::unreliable && state_ == State::trying && !trying_.due(now);
    if (status != status::trying || early) return {};
    return proceed({.send_response = true});
}

inline Actions NonInviteServer::proceed(Actions actions) {
    state_ = State::proceeding;
    trying_.stop();
    return actions;
}

// §17.2.2. Over a reliable transport Timer J is zero, so there is nothing to wait for.
inline Actions NonInviteServer::complete(Actions actions, Instant now, const Timers& timers) {
    if (timers.j(reliability_) == Duration::zero()) return terminate(actions);
    state_ = State::completed;
    trying_.stop();
    end_.set(now + timers.j(reliability_));
    return actions;
}

inline Actions NonInviteServer::terminate(Actions last) {
    state_ = State::terminated;
    trying_.stop();
    end_.stop();
    last.ended = true;
    return last;
}

}  // namespace almon::sip
