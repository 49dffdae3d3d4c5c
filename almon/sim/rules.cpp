#include "almon/sim/rules.hpp"

#include "almon/sip/envelope.hpp"

namespace almon::sim {
namespace {

std::string key_of(const Passage& passage, const sip::Envelope& envelope) {
    return base::printed(passage.from) + " " + base::printed(passage.to) + " " +
           std::string(envelope.via.branch) + " " + std::string(envelope.cseq.method.value());
}

}  // namespace

// RFC 3261 §17.2.1, §17.2.2; RFC 6026 §7.1; RFC 4320 §4.2.
void Rules::note(const Passage& passage) {
    const auto message = sip::Message::parse(passage.octets);
    if (!message) {
        if (passage.octets != "\r\n\r\n" && passage.octets != "\r\n")
            breaks(passage, "", "what is sent can be parsed");
        return;
    }
    const auto envelope = sip::read_envelope(*message);
    if (!envelope) return breaks(passage, "", "what is sent has all mandatory fields");
    if (!message->is_response() || message->status().is_provisional()) return;
    const auto call_id = envelope->call_id.value();
    auto& answered = answered_[key_of(passage, *envelope)];
    answered.by = passage.from.address;
    const auto status = message->status();
    const bool is_invite = envelope->cseq.method == sip::method::invite;
    if (is_invite && status.is_success()) {
        if (!answered.final_response.empty())
            breaks(passage, call_id, "no 2xx follows a refusal of one INVITE");
        answered.is_accepted = true;
        return;
    }
    const bool is_challenge =
        status == sip::status::unauthorized || status == sip::status::proxy_authentication_required;
    // A challenge leaves no state: a repeat of its request is judged anew, and by then may pass. Nothing
    // turns into a challenge, though.
    if (is_challenge && answered.final_response.empty() && !answered.is_accepted) return;
    const auto response = std::to_string(status.code()) + " " + std::string(envelope->to_tag.value());
    if (answered.is_accepted) breaks(passage, call_id, "no refusal follows a 2xx to one INVITE");
    if (!answered.final_response.empty() && answered.final_response != response)
        breaks(passage, call_id,
               "a request has one final response, not " + answered.final_response + " and " + response);
    answered.final_response = response;
}

void Rules::forget(const base::IpAddress& host) {
    std::erase_if(answered_, [&](const auto& entry) { return entry.second.by == host; });
}

void Rules::breaks(const Passage& passage, std::string_view call_id, std::string_view rule) {
    const auto first_line = passage.octets.substr(0, passage.octets.find("\r\n"));
    broken_.push_back(base::printed(passage.from) + " broke \"" + std::string(rule) + "\" with " +
                      std::string(first_line) + ", call " + std::string(call_id));
}

}  // namespace almon::sim
