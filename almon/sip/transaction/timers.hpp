// The timers of RFC 3261 §17 (table 4 in appendix A), corrected by RFC 6026 and RFC 4320. Their values are
// shared by all machines and handed to each input; a machine keeps only when it wants to be woken.
#pragma once

#include <algorithm>
#include <optional>

#include "almon/base/time.hpp"

namespace almon::sip {

using base::Duration;
using base::Instant;

// Whether the transport itself repeats what gets lost: UDP does not, the streams do.
enum class Reliability : unsigned char { unreliable, reliable };

struct Timers {
    Duration t1 = std::chrono::milliseconds{500};      // round trip time
    Duration t2 = std::chrono::seconds{4};             // the longest retransmission interval
    Duration t4 = std::chrono::seconds{5};             // how long the network may hold a message
    Duration trying = std::chrono::milliseconds{200};  // §17.2.1: an INVITE gets its 100 within this time

    constexpr Duration b() const { return 64 * t1; }  // an INVITE without any response
    constexpr Duration f() const { return 64 * t1; }  // another request without a final response
    constexpr Duration h() const { return 64 * t1; }  // a final response without its ACK
    constexpr Duration l() const {
        return 64 * t1;
    }  // repeats of an INVITE that was accepted (RFC 6026 §7.1)
    constexpr Duration m() const {
        return 64 * t1;
    }  // repeats of its 2xx, or those of other forks (RFC 6026)
    // How long repeats are waited for that only an unreliable transport brings. D does not know the server's
    // T1, hence the fixed minimum (§17.1.1.2).
    constexpr Duration d(Reliability r) const {
        return wait(r, std::max<Duration>(std::chrono::seconds{32}, 64 * t1));
    }
    constexpr Duration i(Reliability r) const { return wait(r, t4); }
    constexpr Duration j(Reliability r) const { return wait(r, 64 * t1); }
    constexpr Duration k(Reliability r) const { return wait(r, t4); }

    // RFC 4320 §4.1: the time after which a client's Timer E has grown to T2; 3.5 s with the defaults. Before
    // it a 100 to a non-INVITE request would only delay the recovery from a lost final response.
    constexpr Duration e_reaches_t2() const {
        Duration elapsed{};
        for (Duration interval = t1; interval < t2 && interval > Duration::zero(); interval *= 2)
            elapsed += interval;
        return elapsed;
    }

 private:
    static constexpr Duration wait(Reliability reliability, Duration duration) {
        return reliability == Reliability::reliable ? Duration::zero() : duration;
    }
};

// A timer that runs or does not.
class Alarm {
 public:
    constexpr void set(Instant at) { at_ = at; }
    constexpr void stop() { at_ = never; }
    constexpr bool is_running() const { return at_ != never; }
    constexpr bool due(Instant now) const { return now >= at_; }

    // The earlier one of two, if any runs.
    friend constexpr std::optional<Instant> earliest(const Alarm& a, const Alarm& b) {
        const auto at = std::min(a.at_, b.at_);
        return at == never ? std::nullopt : std::optional(at);
    }
    friend constexpr bool operator<(const Alarm& a, const Alarm& b) { return a.at_ < b.at_; }

 private:
    static constexpr Instant never = Instant::max();
    Instant at_ = never;
};

// A retransmission timer (A, E, G): an alarm whose interval grows. The next interval counts from the moment
// the timer is served, so a late host sends late, never in bursts.
class Backoff : public Alarm {
 public:
    constexpr void start(Instant now, Duration interval) {
        interval_ = interval;
        set(now + interval_);
    }
    constexpr void grow(Instant now, Duration ceiling) { start(now, std::min(2 * interval_, ceiling)); }

 private:
    Duration interval_{};
};

}  // namespace almon::sip
