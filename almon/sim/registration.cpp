#include "almon/sim/registration.hpp"

#include <utility>

#include "almon/sip/headers/contact.hpp"

namespace almon::sim {
namespace {

using namespace std::chrono_literals;

constexpr auto pause = 5s;

}  // namespace

Registration::Registration(Account& account, stack::Stack& stack)
    : account_(account), stack_(stack), call_id_(stack.random().token(12) + "@" + account.options().user) {}

void Registration::ask_for(std::chrono::seconds expires) {
    expires_ = expires;
    tries_ = {};
    is_out_of_date_ = is_under_way_;
    if (!is_under_way_) send();
}

void Registration::send() {
    stack_.disarm(alarm_);
    is_under_way_ = true;
    if (is_wanted()) asked_at_ = stack_.moment().now;
    const auto uri = "sip:" + account_.options().domain;
    const auto party = account_.address_of_record();
    std::string text = "REGISTER " + uri + " SIP/2.0\r\nMax-Forwards: 70\r\nFrom: " + party +
                       ";tag=" + stack_.random().token(8) + "\r\nTo: " + party + "\r\nCall-ID: " + call_id_ +
                       "\r\nCSeq: " + std::to_string(++cseq_) + " REGISTER\r\nContact: <" +
                       account_.contact() + ">;expires=" + std::to_string(expires_.count()) + "\r\n";
    text += account_.credentials("Authorization", "REGISTER", uri) + "Content-Length: 0\r\n\r\n";
    const auto message = *sip::Message::parse(text);
    sip::Edits edits;
    (void)stack_.send({message, edits, account_.flow_to_server()}, *this, 0);
}

void Registration::response(std::uint64_t, const stack::Arrival& arrival) {
    const auto& answer = arrival.message;
    const auto status = answer.status();
    if (status.is_provisional()) return;
    const bool is_challenge = status == sip::status::unauthorized;
    const bool is_out_of_date = std::exchange(is_out_of_date_, false);
    if (is_out_of_date && !is_challenge) return send();
    if (is_challenge && account_.answers_challenge(answer, tries_, stack_.random())) return send();
    is_under_way_ = false;
    status_ = status.code();
    tries_ = {};
    if (!status.is_success()) return try_later();
    take_bindings(answer);
}

// §10.2.4: the 200 lists all bindings; ours is refreshed at half of its time.
void Registration::take_bindings(const sip::Message& answer) {
    const auto now = stack_.moment().now;
    bound_until_.reset();
    for (const auto& bound : answer.all<sip::Contact>())
        if (bound && bound->address.uri.text() == account_.contact() && bound->expires)
            bound_until_ = now + std::chrono::seconds(*bound->expires);
    if (bound_until_) set_alarm((*bound_until_ - now) / 2);
}

void Registration::failed(std::uint64_t, stack::Failure) {
    is_under_way_ = false;
    is_out_of_date_ = false;
    status_ = sip::status::request_timeout.code();
    try_later();
}

void Registration::try_later() {
    tries_ = {};
    set_alarm(pause + base::Duration(stack_.random().below(2'000'000'000)));
}

void Registration::alarm(std::uint64_t) {
    if (!is_under_way_) send();
}

void Registration::set_alarm(base::Duration after) {
    stack_.disarm(alarm_);
    alarm_ = stack_.arm(stack_.moment().now + after, *this, 0);
}

}  // namespace almon::sim
