// What the targets share that drive a state machine through virtual time: the moment, texts to be bent, and
// what was sent.
#pragma once

#include <array>
#include <deque>
#include <string>
#include <string_view>

#include "almon/base/time.hpp"
#include "almon/sip/message.hpp"
#include "almon/sip/reply.hpp"
#include "almon/stack/outbox.hpp"
#include "fuzz/fuzzing.hpp"

namespace almon::fuzz {

using namespace std::chrono_literals;

inline const sip::Endpoint our_address = *sip::Endpoint::parse("192.0.2.1:5060");

// Both clocks, an hour after they began.
class Clock {
 public:
    const base::Moment& moment() const { return moment_; }
    void set(base::Instant now) {
        moment_.wall += std::chrono::duration_cast<std::chrono::milliseconds>(now - moment_.now);
        moment_.now = now;
    }

 private:
    base::Moment moment_{base::Instant(1h), base::WallTime(1h)};
};

// Serves each deadline of `machine` up to `end`, and `after_each` time lets it be looked at.
template <class Machine, class Look>
void pass(Machine& machine, Clock& clock, base::Duration time, Look after_each) {
    const auto end = clock.moment().now + time;
    for (auto next = machine.deadline(); next && *next <= end; next = machine.deadline()) {
        clock.set(std::max(*next, clock.moment().now));
        machine.advance(clock.moment());
        after_each();
    }
    clock.set(end);
    machine.advance(clock.moment());
    after_each();
}

// The steps that matter to RFC 3261's timers.
inline base::Duration duration(Script& script) {
    static constexpr std::array<base::Duration, 12> steps{0ms, 1ms, 200ms, 500ms, 4s,   5s,
                                                          9s,  32s, 60s,   64s,   181s, 300s};
    return steps[script.below(steps.size())];
}

// A text as it is, or with up to three places changed: octets taken out, others put in.
inline std::string bent(std::string text, Script& script) {
    for (auto bends = script.octet() >> 6; bends > 0 && !text.empty(); --bends) {
        const auto at = (script.octet() << 8 | script.octet()) % text.size();
        const auto sizes = script.octet();
        text.replace(at, sizes & 15, script.take(sizes >> 4));
    }
    return text;
}

struct Packet {
    sip::Flow flow;
    sip::Endpoint fallback;
    stack::ClientHandle origin;
    std::string octets;
};

// The latest packets that were sent. None is empty, and each but a keepalive is a message.
class Sent {
 public:
    void take(stack::Outbox& outbox) {
        ALMON_ASSERT(outbox.packets().size() <= packets_a_turn && outbox.handed_over().empty());
        for (const auto& packet : outbox.packets()) keep(packet, std::string(outbox.octets(packet)));
        outbox.clear();
    }
    const Packet* pick(unsigned number) const {
        return packets_.empty() ? nullptr : &packets_[packets_.size() - 1 - number % packets_.size()];
    }
    const Packet& last() const { return packets_.back(); }

 private:
    static constexpr std::size_t packets_a_turn = 512, kept = 32;

    void keep(const stack::Outbox::Packet& packet, std::string octets) {
        if (octets != "\r\n") {
            const auto message = sip::Message::parse(octets, sip::Message::Ends::with_content_length);
            ALMON_ASSERT(message.has_value());
        }
        packets_.push_back({packet.flow, packet.fallback, packet.origin, std::move(octets)});
        if (packets_.size() > kept) packets_.pop_front();
    }

    std::deque<Packet> packets_;
};

// The answer of whoever got that request; empty when it was none.
inline std::string answer_to(const Packet& packet, sip::Status status, std::string_view tag,
                             std::string_view fields = {}) {
    const auto request = sip::Message::parse(packet.octets);
    if (!request || !request->is_request()) return {};
    std::array<char, 1 << 17> buffer;
    base::Printer out{buffer};
    sip::write_reply(*request,
                     {.status = status, .to_tag = sip::Tag(tag), .fields = fields, .keep_record_route = true},
                     out);
    return std::string(out.view());
}

inline sip::Status status(Script& script) {
    static constexpr std::array<std::uint16_t, 20> codes{100, 180, 183, 199, 200, 202, 299, 302, 401, 404,
                                                         407, 408, 420, 480, 486, 487, 500, 503, 600, 699};
    return sip::Status(codes[script.below(codes.size())]);
}

}  // namespace almon::fuzz
