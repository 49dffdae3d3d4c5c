#include "almon/sim/repeats.hpp"

#include <algorithm>

#include "almon/sip/transaction/timers.hpp"

namespace almon::sim {
namespace {

const sip::Timers timers;
// What a timer wheel may be late by.
constexpr auto tolerance = std::chrono::milliseconds(10);

// §17.2.3: an ACK to a refusal has the key of its INVITE.
std::string transaction_of(const sip::Envelope& envelope) {
    const auto method = envelope.cseq.method == sip::method::ack ? sip::method::invite : envelope.cseq.method;
    const auto via = std::string(envelope.via.text.substr(0, envelope.via.text.find(';')));
    const auto sent_by = via.substr(via.rfind(' ') + 1);
    return std::string(envelope.via.branch) + " " + sent_by + " " + std::string(method.value());
}

// The same at each hop.
std::string dialog_of(const sip::Envelope& envelope) {
    return std::string(envelope.call_id.value()) + " " + std::to_string(envelope.cseq.number) + " " +
           std::string(envelope.to_tag.value());
}

std::string response_of(sip::Status status, const sip::Envelope& envelope) {
    return std::to_string(status.code()) + " " + dialog_of(envelope) + " " +
           std::string(envelope.cseq.method.value());
}

}  // namespace

void Repeats::Occasion::note(Instant now) {
    if (last != now) at_last = 0;
    last = now;
    ++at_last;
    ++ever;
}

bool Repeats::Occasion::take(Instant now, bool over_stream) {
    const bool is_now = at_last > 0 && last == now;
    if (!is_now && (!over_stream || ever == 0)) return false;
    if (is_now) --at_last;
    --ever;
    return true;
}

void Repeats::arrived(const Passage& passage, const sip::Message& message, const sip::Envelope& envelope) {
    const auto& host = passage.to.address;
    if (!message.is_request()) {
        heard_[{host, response_of(message.status(), envelope)}].note(passage.when);
    } else if (message.method() == sip::method::ack) {
        acknowledged_.insert({host, transaction_of(envelope)});
        acknowledged_.insert({host, dialog_of(envelope)});
    } else {
        asked_[{host, transaction_of(envelope)}].note(passage.when);
    }
}

std::optional<std::string_view> Repeats::sent(const Passage& passage, sip::Status status,
                                              const sip::Envelope& envelope) {
    const auto& host = passage.from.address;
    const auto now = passage.when;
    const bool over_stream = envelope.via.transport != "UDP";
    const bool is_invite = envelope.cseq.method == sip::method::invite;
    const bool is_accept = is_invite && status.is_success();
    const auto transaction = transaction_of(envelope), response = response_of(status, envelope);
    const bool is_asked_for = has_occasion(asked_, {host, transaction}, now, over_stream);
    const bool is_passed_on = is_invite && (status.is_provisional() || is_accept) &&
                              has_occasion(heard_, {host, response}, now, over_stream);
    const auto [entry, is_first] =
        answers_.try_emplace({host, transaction + " " + response}, Answer{now, now, timers.t1, is_passed_on});
    auto& answer = entry->second;
    // RFC 6026 §7.1: a repeat of an INVITE that was accepted is absorbed.
    if (is_first || is_passed_on || (is_asked_for && !is_accept)) return {};
    const bool is_timed = is_invite && !status.is_provisional() && !answer.was_passed_on;
    if (!is_timed) return "a response is repeated only to whoever asks again";
    if (over_stream && !is_accept) return "no response is repeated over a stream";
    if (over_stream)
        return {};  // it may have waited for the stream to be opened, beyond the ACK and all timers
    const auto acknowledged = is_accept ? dialog_of(envelope) : transaction;
    return judge_timed(answer, now, acknowledged_.contains({host, acknowledged}));
}

bool Repeats::has_occasion(std::map<Key, Occasion>& occasions, const Key& key, Instant now,
                           bool over_stream) {
    const auto found = occasions.find(key);
    return found != occasions.end() && found->second.take(now, over_stream);
}

// Timer G and Timer H, or those of the user agent that has accepted.
std::optional<std::string_view> Repeats::judge_timed(Answer& answer, Instant now, bool is_acknowledged) {
    if (is_acknowledged) return "no response is repeated after its ACK";
    if (now - answer.first > timers.h() + tolerance) return "no response is repeated for longer than 64 T1";
    const auto late = now - answer.last - answer.pause;
    answer.last = now;
    answer.pause = std::min<Duration>(2 * answer.pause, timers.t2);
    if (std::chrono::abs(late) <= tolerance) return {};
    return "a response is repeated after T1, and then after longer and longer until T2";
}

void Repeats::forget(const base::IpAddress& host) {
    const auto of_host = [&](const auto& entry) { return entry.first.first == host; };
    std::erase_if(asked_, of_host);
    std::erase_if(heard_, of_host);
    std::erase_if(answers_, of_host);
    std::erase_if(acknowledged_, [&](const Key& key) { return key.first == host; });
}

}  // namespace almon::sim
