#include "almon/sim/rules.hpp"

namespace almon::sim {
namespace {

std::string key_of(const Passage& passage, const sip::Envelope& envelope) {
    return base::printed(passage.from) + " " + base::printed(passage.to) + " " +
           std::string(envelope.via.branch) + " " + std::string(envelope.cseq.method.value());
}

}  // namespace

void Rules::note(const Passage& passage) {
    if (passage.octets == "\r\n\r\n" || passage.octets == "\r\n") return;  // RFC 5626 §3.5.1
    const auto message = sip::Message::parse(passage.octets);
    if (!message) return breaks(passage, "", "what is sent can be parsed");
    const auto envelope = sip::read_envelope(*message);
    if (!envelope) return breaks(passage, "", "what is sent has all mandatory fields");
    if (message->is_response() && !message->status().is_provisional())
        judge(passage, *envelope, message->status());
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
}

void Rules::breaks(const Passage& passage, std::string_view call_id, std::string_view rule) {
    const auto first_line = passage.octets.substr(0, passage.octets.find("\r\n"));
    broken_.push_back(printed(passage.when) + "  " + base::printed(passage.from) + " broke \"" +
                      std::string(rule) + "\" with " + std::string(first_line) + ", call " +
                      std::string(call_id));
}

}  // namespace almon::sim
