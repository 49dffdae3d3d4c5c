#include "almon/sim/phone.hpp"

#include <algorithm>

#include "almon/sip/headers/contact.hpp"
#include "almon/sip/headers/record_route.hpp"
#include "almon/sip/transport/request_route.hpp"

namespace almon::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view session =
    "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";
// How long a caller waits for any final answer: longer than the proxy's Timer C.
constexpr auto patience = 240s;

const sip::Timers timers;

base::HashKey key_of(base::Random& random) {
    return {random.next(), random.next()};
}

stack::Settings settings_of(const PhoneOptions& options) {
    stack::Settings settings;
    for (const auto transport : {sip::Transport::udp, sip::Transport::tcp})
        settings.listeners.push_back({transport, options.address, base::printed(options.address)});
    return settings;
}

template <class Entry>
std::vector<std::string> values(const sip::Message& message) {
    std::vector<std::string> texts;
    for (const auto& entry : message.all<Entry>())
        if (entry) texts.emplace_back(entry->text);
    return texts;
}

std::string value_of(const sip::Message& message, sip::HeaderName name) {
    const auto* field = message.find_field(name);
    return field ? std::string(message.value(*field)) : std::string();
}

std::string contact_of(const sip::Message& message) {
    const auto contact = message.get<sip::Contact>();
    return contact ? std::string(contact->address.uri.text()) : std::string();
}

}  // namespace

Phone::Phone(std::uint64_t seed, Network& network, const Clock& clock, Trace& trace, PhoneOptions options)
    : clock_(clock),
      account_(std::move(options)),
      random_(seed),
      stack_(settings_of(account_.options()), *this, random_, outbox_, key_of(random_), {}),
      outlet_(network, *this),
      registration_(account_, stack_) {
    trace.name(address().address, user());
    network.attach(address(), outlet_);
}

void Phone::registers(std::chrono::seconds expires) {
    stack_.turn(clock_.moment());
    registration_.ask_for(expires);
    outlet_.flush();
}

void Phone::unregisters() {
    registers(0s);
}

// --- Calls of our own (§13.2).

std::size_t Phone::calls(std::string_view whom) {
    stack_.turn(clock_.moment());
    const bool is_uri = whom.find(':') != std::string_view::npos;
    const auto& domain = account_.options().domain;
    const auto uri = is_uri ? std::string(whom) : "sip:" + std::string(whom) + "@" + domain;
    Call call{.side = Call::Side::caller, .call_id = random_.token(12) + "@" + user()};
    call.began = clock_.now();
    call.local_tag = random_.token(8);
    call.local = account_.address_of_record() + ";tag=" + call.local_tag;
    call.remote = "<" + uri + ">";
    call.requested = call.target = uri;
    calls_.push_back(std::move(call));
    send_invite(calls_.size() - 1);
    outlet_.flush();
    return calls_.size() - 1;
}

void Phone::send_invite(std::size_t number) {
    auto& call = calls_[number];
    call.may_be_cancelled = false;
    auto text = request_in(call, "INVITE", call.cseq);
    text += "Contact: <" + contact() + ">\r\n" +
            account_.credentials("Proxy-Authorization", "INVITE", call.requested) +
            "Content-Type: application/sdp\r\nContent-Length: " + std::to_string(session.size()) + "\r\n\r\n";
    text += session;
    const auto message = *sip::Message::parse(text);
    sip::Edits edits;
    call.invite =
        stack_.send({message, edits, account_.flow_to_server()}, *this, cookie(Kind::invite, number));
    set_alarm(number, patience);
}

void Phone::take_invite_answer(std::size_t number, const stack::Arrival& arrival) {
    auto& call = calls_[number];
    const auto status = arrival.message.status();
    if (status.is_success()) return take_accept(number, arrival);
    if (call.state == Call::State::over) return;
    if (!status.is_provisional()) return take_refusal(number, arrival.message);
    call.has_rung = call.has_rung || status == sip::status::ringing;
    const bool is_first = !std::exchange(call.may_be_cancelled, true);
    if (is_first && call.was_given_up) stack_.cancel(call.invite);
}

void Phone::take_refusal(std::size_t number, const sip::Message& answer) {
    auto& call = calls_[number];
    const bool may_retry =
        answer.status() == sip::status::proxy_authentication_required && !call.was_given_up;
    if (may_retry && account_.answers_challenge(answer, call.tries, random_)) {
        ++call.cseq;
        return send_invite(number);
    }
    call.state = Call::State::over;
    call.status = answer.status().code();
    stack_.disarm(call.alarm);
}

// §13.2.2.4: each 2xx is acknowledged; one that is not wanted any more, or a second one, is ended at once.
void Phone::take_accept(std::size_t invited, const stack::Arrival& arrival) {
    const auto number = dialog_with(arrival.envelope.to_tag.value(), invited);
    auto& call = calls_[number];
    const bool is_new = call.remote_tag.empty();
    if (is_new) confirm(call, arrival);
    acknowledge(call, arrival.envelope.cseq.number);
    if (is_new && call.was_given_up) send_bye(number);
}

// The call itself, or when somebody else has accepted it already, a further one.
std::size_t Phone::dialog_with(std::string_view remote_tag, std::size_t number) {
    const auto& first = calls_[number];
    if (first.remote_tag.empty()) return number;
    for (std::size_t i = number; i < calls_.size(); ++i)
        if (calls_[i].call_id == first.call_id && calls_[i].remote_tag == remote_tag) return i;
    Call further{.side = Call::Side::caller, .call_id = first.call_id};
    further.began = first.began;
    further.local = first.local;
    further.local_tag = first.local_tag;
    further.cseq = first.cseq;
    further.was_given_up = true;
    calls_.push_back(std::move(further));
    return calls_.size() - 1;
}

// §12.1.2: the 2xx makes the dialog.
void Phone::confirm(Call& call, const stack::Arrival& accept) {
    const auto& message = accept.message;
    call.remote_tag = accept.envelope.to_tag.value();
    call.remote = value_of(message, sip::To::name);
    call.target = contact_of(message);
    call.routes = values<sip::RecordRoute>(message);
    std::reverse(call.routes.begin(), call.routes.end());
    call.status = message.status().code();
    call.is_confirmed = true;
    call.state = Call::State::talking;
    stack_.disarm(call.alarm);
}

void Phone::acknowledge(const Call& call, std::uint32_t cseq) {
    const auto message = *sip::Message::parse(request_in(call, "ACK", cseq) + "Content-Length: 0\r\n\r\n");
    sip::Edits edits;
    stack_.send_stateless({message, edits, flow_of(call)});
}

void Phone::hangs_up(std::size_t number) {
    stack_.turn(clock_.moment());
    auto& call = calls_[number];
    if (call.accepted && !call.is_confirmed) {
        call.was_given_up = true;  // §15: a callee sends no BYE before the ACK
    } else if (call.state == Call::State::talking) {
        send_bye(number);
    } else if (call.state == Call::State::ringing && call.asked) {
        decline(call, sip::status::decline);
    } else if (call.state == Call::State::ringing) {
        give_up(number);
    }
    outlet_.flush();
}

void Phone::give_up(std::size_t number) {
    auto& call = calls_[number];
    call.was_given_up = true;
    if (call.may_be_cancelled) stack_.cancel(call.invite);
}

// --- Calls to us (§13.3).

void Phone::take_invite(const stack::Arrival& arrival) {
    if (!arrival.envelope.to_tag.value().empty())
        return stack_.reply(arrival, {.status = sip::status::call_does_not_exist});
    const auto number = calls_.size();
    auto transaction = stack_.open(arrival, *this, number);
    if (!transaction) return;
    const auto& message = arrival.message;
    Call call{.side = Call::Side::callee, .call_id = std::string(arrival.envelope.call_id.value())};
    call.began = clock_.now();
    call.local_tag = random_.token(8);
    call.local = value_of(message, sip::To::name) + ";tag=" + call.local_tag;
    call.remote = value_of(message, sip::From::name);
    call.remote_tag = arrival.envelope.from_tag.value();
    call.target = contact_of(message);
    call.routes = values<sip::RecordRoute>(message);
    call.status = when_called.answer;
    call.answer = write_answer(call, message, call.status == 0 ? sip::status::ok : sip::Status(call.status));
    call.has_rung = when_called.ring_for > Duration::zero();
    if (call.has_rung)
        stack_.provisional(*transaction, sip::status::ringing,
                           write_answer(call, message, sip::status::ringing));
    call.asked = std::move(transaction);
    calls_.push_back(std::move(call));
    if (when_called.answer != 0) set_alarm(number, when_called.ring_for);
}

std::string Phone::write_answer(const Call& call, const sip::Message& invite, sip::Status status) {
    const auto fields = "Contact: <" + contact() + ">\r\n";
    auto out = stack_.scratch();
    sip::write_reply(
        invite,
        {.status = status, .to_tag = sip::Tag(call.local_tag), .fields = fields, .keep_record_route = true},
        out);
    return std::string(out.view());
}

// It has rung for long enough.
void Phone::answer(std::size_t number) {
    auto& call = calls_[number];
    if (sip::Status(call.status).is_success()) return accept(number);
    stack_.finish(std::move(*std::exchange(call.asked, std::nullopt)), sip::Status(call.status), call.answer);
    call.state = Call::State::over;
}

void Phone::accept(std::size_t number) {
    auto& call = calls_[number];
    call.accepted = stack_.accept(std::move(*std::exchange(call.asked, std::nullopt)), call.answer);
    call.state = Call::State::talking;
    call.repeat_after = timers.t1;
    call.give_up = clock_.now() + 64 * timers.t1;
    set_alarm(number, call.repeat_after);
}

// §13.3.1.4: at doubling intervals until the ACK comes; without one the call is ended.
void Phone::repeat_accept(std::size_t number) {
    auto& call = calls_[number];
    if (clock_.now() >= call.give_up) return send_bye(number);
    stack_.accept_again(*call.accepted, call.answer);
    call.repeat_after = std::min<Duration>(call.repeat_after * 2, timers.t2);
    set_alarm(number, std::min(call.repeat_after, call.give_up - clock_.now()));
}

void Phone::decline(Call& call, sip::Status status) {
    // The INVITE is gone, but the answer that was meant for it has all that another one repeats.
    const auto meant = *sip::Message::parse(call.answer);
    auto out = stack_.scratch();
    sip::write_reply(meant, {.status = status}, out);
    stack_.disarm(call.alarm);
    call.state = Call::State::over;
    call.status = status.code();
    stack_.finish(std::move(*std::exchange(call.asked, std::nullopt)), status, std::string(out.view()));
}

void Phone::cancelled(std::uint64_t cookie) {
    auto& call = calls_[cookie];
    if (call.asked) decline(call, sip::status::request_terminated);
}

void Phone::take_ack(const stack::Arrival& arrival) {
    const auto number = find(arrival);
    if (!number) return;
    auto& call = calls_[*number];
    call.is_confirmed = true;
    if (call.accepted) stack_.disarm(call.alarm);
    if (call.was_given_up && call.state == Call::State::talking) send_bye(*number);
}

void Phone::take_bye(const stack::Arrival& arrival) {
    const auto number = find(arrival);
    auto transaction = stack_.open(arrival, *this, calls_.size());
    if (!transaction) return;
    stack_.finish(std::move(*transaction), arrival.message,
                  {.status = number ? sip::status::ok : sip::status::call_does_not_exist});
    if (!number) return;
    calls_[*number].state = Call::State::over;
    stack_.disarm(calls_[*number].alarm);
}

// --- Both sides.

void Phone::send_bye(std::size_t number) {
    auto& call = calls_[number];
    call.state = Call::State::over;
    stack_.disarm(call.alarm);
    const auto text = request_in(call, "BYE", ++call.cseq) + "Content-Length: 0\r\n\r\n";
    const auto message = *sip::Message::parse(text);
    sip::Edits edits;
    (void)stack_.send({message, edits, flow_of(call)}, *this, cookie(Kind::bye, number));
}

// §12.2.1.1: to the first route, or without one to the remote target.
sip::Flow Phone::flow_of(const Call& call) const {
    std::string_view text = call.target;
    if (!call.routes.empty()) {
        text = call.routes.front();
        text = text.substr(text.find('<') + 1);
        text = text.substr(0, text.find('>'));
    }
    const auto uri = sip::Uri::parse(text);
    const auto target = uri ? sip::numeric_target(*uri) : tl::unexpected(uri.error());
    if (!target) return account_.flow_to_server();
    return {target->transport, address(), target->endpoint, {}};
}

// §12.2.1.1: all but the last fields and the end of the head.
std::string Phone::request_in(const Call& call, std::string_view method, std::uint32_t cseq) const {
    std::string text = std::string(method) + " " + call.target + " SIP/2.0\r\nMax-Forwards: 70\r\n";
    for (const auto& route : call.routes) text += "Route: " + route + "\r\n";
    return text + "From: " + call.local + "\r\nTo: " + call.remote + "\r\nCall-ID: " + call.call_id +
           "\r\nCSeq: " + std::to_string(cseq) + " " + std::string(method) + "\r\n";
}

std::optional<std::size_t> Phone::find(const stack::Arrival& arrival) const {
    const auto& envelope = arrival.envelope;
    for (std::size_t i = 0; i < calls_.size(); ++i)
        if (calls_[i].call_id == envelope.call_id.value() && calls_[i].local_tag == envelope.to_tag.value() &&
            calls_[i].remote_tag == envelope.from_tag.value())
            return i;
    return {};
}

void Phone::set_alarm(std::size_t number, Duration after) {
    stack_.disarm(calls_[number].alarm);
    calls_[number].alarm = stack_.arm(clock_.now() + after, *this, number);
}

// --- What the stack reports.

void Phone::request(const stack::Arrival& arrival) {
    const auto method = arrival.message.method();
    if (method == sip::method::invite) return take_invite(arrival);
    if (method == sip::method::ack) return take_ack(arrival);
    if (method == sip::method::bye) return take_bye(arrival);
    if (method == sip::method::cancel)
        return stack_.reply(arrival, {.status = sip::status::call_does_not_exist});
    stack_.reply(arrival, {.status = sip::status::method_not_allowed,
                           .fields = "Allow: INVITE, ACK, CANCEL, BYE\r\n"});
}

void Phone::response(std::uint64_t cookie, const stack::Arrival& arrival) {
    if (kind_of(cookie) == Kind::invite) return take_invite_answer(number_of(cookie), arrival);
    // A proxy could not reach the other side; or the BYE has overtaken the 2xx that it should end.
    auto& call = calls_[number_of(cookie)];
    const auto status = arrival.message.status().code();
    if (status >= 500 || (status >= 300 && !call.is_confirmed)) call.is_bye_lost = true;
}

void Phone::failed(std::uint64_t cookie, stack::Failure) {
    auto& call = calls_[number_of(cookie)];
    if (kind_of(cookie) == Kind::bye) {
        call.is_bye_lost = true;
    } else if (call.state == Call::State::ringing) {
        call.state = Call::State::over;
        call.status = sip::status::request_timeout.code();
        stack_.disarm(call.alarm);
    }
}

void Phone::alarm(std::uint64_t cookie) {
    auto& call = calls_[cookie];
    if (call.asked) return answer(cookie);
    if (call.accepted) return repeat_accept(cookie);
    // Nobody has answered for longer than any proxy waits: a real phone would have lost its patience too.
    stack_.abandon(call.invite);
    call.state = Call::State::over;
}

// --- From the network and the clock.

void Phone::datagram(const sip::Flow& flow, std::string_view octets) {
    stack_.datagram(flow, octets, clock_.moment());
    outlet_.flush();
}
void Phone::connected(const sip::Flow& flow) {
    stack_.connected(flow, clock_.moment());
    outlet_.flush();
}
void Phone::received(sip::ConnectionId connection, std::string_view octets) {
    (void)stack_.received(connection, octets, clock_.moment());
    outlet_.flush();
}
void Phone::disconnected(sip::ConnectionId connection) {
    stack_.disconnected(connection, clock_.moment());
    ++streams_lost_;
    last_lost_a_stream_ = clock_.now();
    outlet_.flush();
}
void Phone::send_failed(stack::ClientHandle origin) {
    stack_.send_failed(origin, clock_.moment());
    outlet_.flush();
}
void Phone::advance() {
    stack_.advance(clock_.moment());
    outlet_.flush();
}
void Phone::loses_its_streams() {
    outlet_.break_streams();
    outlet_.flush();
}

}  // namespace almon::sim
