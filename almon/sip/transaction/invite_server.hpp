// The INVITE server transaction: RFC 3261 §17.2.1, with the Accepted state of RFC 6026 §7.1.
// Drawing and table: docs/reference/transactions.md.
#pragma once

#include <string_view>

#include "almon/sip/status.hpp"
#include "almon/sip/transaction/actions.hpp"
#include "almon/sip/transaction/timers.hpp"

namespace almon::sip {

class InviteServer {
 public:
    enum class State : unsigned char { proceeding, completed, confirmed, accepted, terminated };

    explicit InviteServer(Reliability reliability) : reliability_(reliability) {}

    // The first input: passes the INVITE up. Its 100 leaves unless a response comes first (Timers::trying).
    [[nodiscard]] Actions start(Instant now, const Timers& timers);
    // The INVITE again (§17.2.3).
    [[nodiscard]] Actions receive_invite();
    // An ACK that matches this transaction (§17.2.3).
    [[nodiscard]] Actions receive_ack(Instant now, const Timers& timers);
    // A response of the transaction user's. Repeating a 2xx until its ACK arrives is the user's (§13.3.1.4).
    [[nodiscard]] Actions respond(Status status, Instant now, const Timers& timers);
    // Serves what is due at `now`; harmless when nothing is.
    [[nodiscard]] Actions expire(Instant now, const Timers& timers);
    // A response could not be sent. RFC 6026 §8.8: no reason to forget the transaction.
    [[nodiscard]] Actions transport_failed();

    // When expire() is wanted next; none in proceeding once something was answered.
    std::optional<Instant> deadline() const { return earliest(retransmit_, end_); }
    // The timer behind deadline(), for logs: its letter, or "100"; empty when none runs.
    std::string_view timer() const;
    State state() const { return state_; }

 private:
    Actions answer(Status status, Instant now, const Timers& timers);
    Actions terminate(Actions last);

    Backoff retransmit_;  // Timer G, or the one for the 100
    Alarm end_;           // Timer H, I or L
    State state_ = State::proceeding;
    Reliability reliability_;
    bool answered_ = false;  // there is a latest response
};

// §17.2.1.
inline Actions InviteServer::start(Instant now, const Timers& timers) {
    retransmit_.start(now, timers.trying);
    return {.deliver = true};
}

inline Actions InviteServer::receive_invite() {
    switch (state_) {
        case State::proceeding: return {.send_response = answered_};  // §17.2.1: the latest provisional
        case State::completed: return {.send_response = true};        // §17.2.1: the final one
        case State::confirmed:
        case State::accepted:  // RFC 6026 §7.1: absorbed, the transaction user repeats its 2xx by itself
        case State::terminated: return {};
    }
    return {};
}

inline Actions InviteServer::receive_ack(Instant now, const Timers& timers) {
    switch (state_) {
        case State::completed:  // §17.2.1: Timer I, zero over a reliable transport
            if (timers.i(reliability_) == Duration::zero()) return terminate({});
            state_ = State::confirmed;
            retransmit_.stop();
            end_.set(now + timers.i(reliability_));
            return {};
        case State::accepted: return {.deliver = true};  // RFC 6026 §7.1
        case State::proceeding:
        case State::confirmed:  // §17.2.1: absorbed
        case State::terminated: return {};
    }
    return {};
}

inline Actions InviteServer::respond(Status status, Instant now, const Timers& timers) {
    switch (state_) {
        case State::proceeding: return answer(status, now, timers);
        case State::accepted:
            return {.send_response = status.is_success()};  // RFC 6026 §7.1: 2xx of other forks
        case State::completed:
        case State::confirmed:
        case State::terminated: return {};
    }
    return {};
}

inline Actions InviteServer::expire(Instant now, const Timers& timers) {
    switch (state_) {
        case State::proceeding:  // §17.2.1: the 100
            if (!retransmit_.due(now)) return {};
            retransmit_.stop();
            answered_ = true;
            return {.send_trying = true};
        case State::completed:  // §17.2.1: Timer H, then G, which doubles up to T2
            if (end_.due(now)) return terminate({.timed_out = true});
            if (!retransmit_.due(now)) return {};
            retransmit_.grow(now, timers.t2);
            return {.send_response = true};
        case State::confirmed:  // §17.2.1: Timer I
        case State::accepted:   // RFC 6026 §7.1: Timer L
            return end_.due(now) ? terminate({}) : Actions{};
        case State::terminated: return {};
    }
    return {};
}

inline Actions InviteServer::transport_failed() {
    switch (state_) {
        case State::proceeding:  // RFC 6026 §8.8: stay, so that repeats are not taken for new INVITEs
        case State::completed:
        case State::accepted: return {.failed = true};
        case State::confirmed:
        case State::terminated: return {};
    }
    return {};
}

inline std::string_view InviteServer::timer() const {
    switch (state_) {
        case State::proceeding: return answered_ ? "" : "100";
        case State::completed: return retransmit_ < end_ ? "G" : "H";
        case State::confirmed: return "I";
        case State::accepted: return "L";
        case State::terminated: return "";
    }
    return "";
}

// The first final response, or a provisional one.
inline Actions InviteServer::answer(Status status, Instant now, const Timers& timers) {
    answered_ = true;
    retransmit_.stop();
    if (status.is_success()) {  // RFC 6026 §7.1
        state_ = State::accepted;
        end_.set(now + timers.l());
    } else if (status.is_final()) {  // §17.2.1
        state_ = State::completed;
        end_.set(now + timers.h());
        if (reliability_ == Reliability::unreliable) retransmit_.start(now, std::min(timers.t1, timers.t2));
    }
    return {.send_response = true};
}

inline Actions InviteServer::terminate(Actions last) {
    state_ = State::terminated;
    retransmit_.stop();
    end_.stop();
    last.ended = true;
    return last;
}

}  // namespace almon::sip
