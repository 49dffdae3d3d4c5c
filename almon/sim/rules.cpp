#include "almon/sim/rules.hpp"

#include <algorithm>

#include "almon/sip/transaction/timers.hpp"

namespace almon::sim {
namespace {

std::string key_of(const Passage& passage, const sip::Envelope& envelope) {
    return base::printed(passage.from) + " " + base::printed(passage.to) + " " +
           std::string(envelope.via.branch) + " " + std::string(envelope.cseq.method.value());
}

// As `client` sees it, which has asked `server`.
std::string client_key(const base::Endpoint& client, const base::Endpoint& server,
                       const sip::Envelope& envelope) {
    return base::printed(client) + " " + base::printed(server) + " " + std::string(envelope.via.transport) +
           " " + std::string(envelope.via.branch) + " " + std::string(envelope.cseq.method.value());
}

const sip::Timers timers;
// What a timer wheel may be late by.
constexpr auto tolerance = std::chrono::milliseconds(10);

}  // namespace

void Rules::note(const Passage& passage) {
    if (passage.octets == "\r\n\r\n" || passage.octets == "\r\n") return;  // RFC 5626 §3.5.1
    const auto message = sip::Message::parse(passage.octets);
    if (!message) return breaks(passage, "", "what is sent can be parsed");
    const auto envelope = sip::read_envelope(*message);
    if (!envelope) return breaks(passage, "", "what is sent has all mandatory fields");
    if (message->is_request()) return judge_repeat(passage, *envelope);
    if (const auto rule = repeats_.sent(passage, message->status(), *envelope))
        breaks(passage, envelope->call_id.value(), *rule);
    if (!message->status().is_provisional()) judge(passage, *envelope, message->status());
}

void Rules::arrived(const Passage& passage) {
    const auto message = sip::Message::parse(passage.octets);
    if (!message) return;
    const auto envelope = sip::read_envelope(*message);
    if (!envelope) return;
    repeats_.arrived(passage, *message, *envelope);
    if (message->is_request()) return;
    const auto found = asked_.find(client_key(passage.to, passage.from, *envelope));
    if (found == asked_.end()) return;
    const bool is_final = !message->status().is_provisional();
    (is_final ? found->second.has_final : found->second.has_provisional) = true;
}

// RFC 3261 §17.1.1.2, §17.1.2.2: after T1, then twice the pause before; T2 is the longest of what is no
// INVITE, and its pause after a provisional response. An ACK follows each answer that it is for.
void Rules::judge_repeat(const Passage& passage, const sip::Envelope& envelope) {
    const auto method = envelope.cseq.method;
    if (method == sip::method::ack) return;
    const auto call_id = envelope.call_id.value();
    const bool is_invite = method == sip::method::invite;
    const auto [entry, is_first] = asked_.try_emplace(client_key(passage.from, passage.to, envelope));
    auto& asked = entry->second;
    const auto pause = passage.when - asked.last;
    asked.last = passage.when;
    if (is_first) {
        asked = {passage.from.address, passage.when, passage.when, timers.t1};
        return;
    }
    const auto is = [&](Duration wanted) { return std::chrono::abs(pause - wanted) <= tolerance; };
    if (envelope.via.transport != "UDP") breaks(passage, call_id, "nothing is repeated over a stream");
    if (asked.has_final) breaks(passage, call_id, "no request is repeated after its final response");
    if (is_invite && asked.has_provisional)
        breaks(passage, call_id, "no INVITE is repeated after a provisional response");
    if (!is(asked.pause) && !(asked.has_provisional && is(timers.t2)))
        breaks(passage, call_id, "a request is repeated after T1, and then after longer and longer");
    if (passage.when - asked.first > timers.f() + tolerance)
        breaks(passage, call_id, "no request is repeated for longer than 64 T1");
    asked.pause = is_invite ? 2 * asked.pause : std::min<Duration>(2 * asked.pause, timers.t2);
}

// A final response: RFC 3261 §17.2.1, §17.2.2; RFC 6026 §7.1; RFC 4320 §4.2.
void Rules::judge(const Passage& passage, const sip::Envelope& envelope, sip::Status status) {
    const auto call_id = envelope.call_id.value();
    const bool is_invite = envelope.cseq.method == sip::method::invite;
    const auto response = std::to_string(status.code()) + " " + std::string(envelope.to_tag.value());
    auto& answered = answered_[key_of(passage, envelope)];
    answered.by = passage.from.address;
    if (is_invite && status.is_success()) {
        if (!answered.final_response.empty())
            breaks(passage, call_id, "no 2xx follows a refusal of one INVITE");
        answered.is_accepted = true;
        return;
    }
    if (!is_invite && status == sip::status::request_timeout)
        breaks(passage, call_id, "408 answers nothing but an INVITE");
    if (answered.is_accepted) breaks(passage, call_id, "no refusal follows a 2xx to one INVITE");
    // A refusal for want of room leaves no state: a repeat of what it refused is judged anew (§21.5.4).
    const bool is_for_want_of_room = status == sip::status::service_unavailable;
    if (is_for_want_of_room && answered.final_response.empty()) return;
    // A challenge leaves no state: a repeat of its request is judged anew, and by then may pass. Nothing
    // turns into a challenge, though, nor into another one (§8.2.7).
    const bool is_challenge =
        status == sip::status::unauthorized || status == sip::status::proxy_authentication_required;
    auto& before =
        is_challenge && answered.final_response.empty() ? answered.challenge : answered.final_response;
    if (!before.empty() && before != response)
        breaks(passage, call_id, "a request has one final response, not " + before + " and " + response);
    before = response;
}

void Rules::forget(const base::IpAddress& host) {
    std::erase_if(answered_, [&](const auto& entry) { return entry.second.by == host; });
    std::erase_if(asked_, [&](const auto& entry) { return entry.second.by == host; });
    repeats_.forget(host);
}

void Rules::breaks(const Passage& passage, std::string_view call_id, std::string_view rule) {
    const auto first_line = passage.octets.substr(0, passage.octets.find("\r\n"));
    broken_.push_back(printed(passage.when) + "  " + base::printed(passage.from) + " broke \"" +
                      std::string(rule) + "\" with " + std::string(first_line) + ", call " +
                      std::string(call_id));
}

}  // namespace almon::sim
