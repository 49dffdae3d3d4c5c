// What the parts of one shard's stack share: its settings, the present moment, the timer wheel, the outbox.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "almon/base/crypto/siphash.hpp"
#include "almon/base/limits.hpp"
#include "almon/base/log.hpp"
#include "almon/base/random.hpp"
#include "almon/base/time.hpp"
#include "almon/base/timer_wheel.hpp"
#include "almon/sip/transaction/timers.hpp"
#include "almon/stack/flow_tokens.hpp"
#include "almon/stack/listener.hpp"
#include "almon/stack/outbox.hpp"
#include "almon/stack/users.hpp"

namespace almon::stack {

struct Settings {
    std::vector<Listener> listeners;
    sip::Timers timers;
    std::uint16_t shard = 0;
    std::uint16_t shards = 1;
    std::size_t transaction_limit = base::limits::transactions_per_shard;
    std::size_t udp_request_octets = base::limits::udp_request_octets;  // RFC 3261 §18.1.1
};

// Whose timer it is that fires.
struct Due {
    enum class Whose : std::uint8_t { server_transaction, client_transaction, alarm } whose;
    std::uint64_t cookie;  // the transaction's handle, or the alarm's own
    AlarmUser* user;
};

struct Counters {
    std::uint64_t requests = 0, responses = 0, malformed = 0, retransmissions = 0, stray_responses = 0,
                  refused_full = 0, keepalives = 0;
};

// A timer of which a record keeps at most one.
struct Timer {
    base::TimerId id;
    base::Instant when{};
};

struct Shard {
    Settings settings;
    Outbox& outbox;
    base::Random& random;
    base::HashKey key;
    base::Log log;
    FlowTokens flows{settings.listeners, key};
    base::Moment moment{};
    base::TimerWheel<Due> wheel{};
    Counters counters{};
    std::size_t transactions = 0;  // of both sides, against settings.transaction_limit
    std::unique_ptr<char[]> buffer = std::make_unique<char[]>(buffer_octets);

    static constexpr std::size_t buffer_octets = base::limits::message_octets + 4'096;

    base::Instant now() const { return moment.now; }
    // A buffer to write one message into; valid until the next call.
    base::Printer scratch() { return base::Printer({buffer.get(), buffer_octets}); }
    // Lets `timer` fire at `wanted`, or not at all.
    void arm(Timer& timer, std::optional<base::Instant> wanted, Due due);
    // The listener that requests to this flow leave from: the flow's own, or the best of that transport and
    // address family; null when there is none.
    const Listener* listener_for(const sip::Flow& flow) const;
};

// How a response gets back to where its request came from (RFC 3261 §18.2.2).
struct WayBack {
    sip::Flow flow;
    sip::Endpoint fallback;  // streams: where to connect when the connection is gone
};
WayBack way_back(const sip::Flow& flow, const sip::Via& top);

inline sip::Reliability reliability_of(sip::Transport transport) {
    return sip::is_reliable(transport) ? sip::Reliability::reliable : sip::Reliability::unreliable;
}

}  // namespace almon::stack
