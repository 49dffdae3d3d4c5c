#include "almon/load/callee.hpp"

#include <algorithm>

#include "almon/load/number.hpp"
#include "almon/load/requests.hpp"
#include "almon/load/session.hpp"
#include "almon/sip/headers/call_id.hpp"
#include "almon/sip/headers/cseq.hpp"
#include "almon/sip/headers/from_to.hpp"
#include "almon/sip/headers/record_route.hpp"
#include "almon/sip/headers/via.hpp"
#include "almon/sip/method.hpp"
#include "almon/sip/transport/head_lines.hpp"

namespace almon::load {
namespace {

constexpr std::string_view no_body = "Content-Length: 0\r\n\r\n";
constexpr std::string_view tag_parameter = ";tag=";
constexpr std::string_view ringing = "SIP/2.0 180 Ringing\r\n";
constexpr std::string_view ok = "SIP/2.0 200 OK\r\n";
constexpr std::string_view no_such_call = "SIP/2.0 481 Call/Transaction Does Not Exist\r\n";
constexpr std::string_view cancelled = "SIP/2.0 487 Request Terminated\r\n";

std::string_view method_of(std::string_view octets) {
    return octets.substr(0, std::min(octets.find(' '), octets.size()));
}

}  // namespace

Callee::Callee(const Desk& desk, base::Random& random) : desk_(desk), key_{random.next(), random.next()} {
    const auto session = describe_session(desk.locals.callee.address);
    const auto contact = "Contact: <sip:load@" + base::printed(desk.locals.callee) +
                         std::string(contact_parameters(desk.plan.transport)) + ">\r\n";
    ringing_ = contact + std::string(no_body);
    accepted_ = contact + "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE\r\nContent-Type: application/sdp\r\n" +
                "Content-Length: " + std::to_string(session.size()) + "\r\n\r\n" + session;
}

void Callee::receive(const Source& source, std::string_view octets, Instant now) {
    const sip::Method method(method_of(octets));
    if (method == sip::method::ack) return acknowledged(octets);
    read(octets);
    if (method == sip::method::invite) return invite(source, now);
    if (method == sip::method::bye) return bye(source);
    if (method == sip::method::cancel) return cancel(source);
    if (method == sip::method::options) return confirm(source, ok);
    ++desk_.tally.unexpected;
}

// --- What a request says.

void Callee::read(std::string_view octets) {
    echo_.lines.clear();
    echo_.has_tag = false;
    echo_.invitation = echo_.via_hash = 0;
    std::string_view to;
    sip::HeadLines lines(octets);
    while (const auto line = lines.next()) {
        if (line->is(sip::Via::name)) {
            if (echo_.via_hash == 0) echo_.via_hash = base::siphash64(key_, {line->value});
            add_line(sip::Via::name, line->value);
        } else if (line->is(sip::To::name)) {
            to = line->value;
        } else {
            for (const auto* name :
                 {&sip::RecordRoute::name, &sip::From::name, &sip::CallId::name, &sip::CSeq::name})
                if (line->is(*name)) add_line(*name, line->value);
        }
    }
    read_to(to);
}

void Callee::add_line(const sip::HeaderName& name, std::string_view value) {
    echo_.lines.append(name.text()).append(": ").append(value).append("\r\n");
}

void Callee::read_to(std::string_view value) {
    echo_.lines.append("To: ").append(value);
    echo_.has_tag = value.find(tag_parameter) != value.npos;
    echo_.invitation = invitation_in(value);
}

std::uint64_t Callee::invitation_in(std::string_view to) const {
    const auto tag = to.rfind(tag_parameter);
    if (tag == to.npos) return 0;
    base::Scanner in(to.substr(tag + tag_parameter.size()));
    return Number::read(in, desk_.salt).value_or(0);
}

// --- What is answered.

void Callee::invite(const Source& source, Instant now) {
    if (const auto known = find()) return repeat(*invitations_.get(known));
    if (echo_.has_tag) {  // no dialog of ours is ever invited again
        ++desk_.tally.unexpected;
        return;
    }
    const auto handle = invitations_.emplace();
    Invitation& invitation = *invitations_.get(handle);
    invitation.source = source;
    invitation.via_hash = echo_.via_hash;
    by_via_.insert(echo_.via_hash, handle.slot);
    echo_.lines.append(tag_parameter).append(desk_.salt).append(Number(handle.bits()).text()).append("\r\n");
    invitation.lines = std::exchange(echo_.lines, spares_.take());
    send(source, ringing, invitation.lines, ringing_);
    if (desk_.plan.ring == Duration::zero()) return answer(handle, now);
    invitation.timer = desk_.wheel.arm(now + desk_.plan.ring, {Side::callee, handle.bits()});
}

// RFC 3261 §13.3.1.4: the 200 is repeated until its ACK comes, over any transport.
void Callee::answer(InvitationHandle handle, Instant now) {
    Invitation& invitation = *invitations_.get(handle);
    const auto& timers = desk_.plan.timers;
    invitation.answered = true;
    invitation.interval = timers.t1;
    invitation.gives_up = now + timers.h();
    send(invitation.source, ok, invitation.lines, accepted_);
    invitation.timer = desk_.wheel.arm(now + invitation.interval, {Side::callee, handle.bits()});
}

void Callee::repeat(const Invitation& invitation) {
    ++desk_.tally.retransmissions;
    if (invitation.answered) return send(invitation.source, ok, invitation.lines, accepted_);
    send(invitation.source, ringing, invitation.lines, ringing_);
}

void Callee::expire(InvitationHandle handle, Instant now) {
    Invitation& invitation = *invitations_.get(handle);
    invitation.timer = {};
    if (!invitation.answered) return answer(handle, now);
    if (now >= invitation.gives_up) return forget(handle);
    repeat(invitation);
    invitation.interval = std::min(2 * invitation.interval, desk_.plan.timers.t2);
    invitation.timer = desk_.wheel.arm(now + invitation.interval, {Side::callee, handle.bits()});
}

// RFC 3261 §9.2: it changes nothing once the call is answered.
void Callee::cancel(const Source& source) {
    const auto handle = find();
    if (!handle) return confirm(source, no_such_call);
    confirm(source, ok);
    const Invitation& invitation = *invitations_.get(handle);
    if (invitation.answered) return;
    send(invitation.source, cancelled, invitation.lines, no_body);
    forget(handle);
}

void Callee::bye(const Source& source) {
    confirm(source, echo_.invitation != 0 ? ok : no_such_call);
    forget(InvitationHandle::from_bits(echo_.invitation));
}

void Callee::confirm(const Source& source, std::string_view start_line) {
    if (!echo_.has_tag) echo_.lines.append(tag_parameter).append(desk_.salt);
    echo_.lines.append("\r\n");
    send(source, start_line, echo_.lines, no_body);
}

void Callee::send(const Source& source, std::string_view start_line, std::string_view lines,
                  std::string_view rest) {
    desk_.outbox.send(source.lane, source.from,
                      [&](base::Printer& out) { out.put(start_line).put(lines).put(rest); });
}

InvitationHandle Callee::find() const {
    const auto slot = by_via_.find(echo_.via_hash, [this](std::uint32_t candidate) {
        return invitations_.at(candidate).via_hash == echo_.via_hash;
    });
    return slot ? invitations_.handle_of(*slot) : InvitationHandle{};
}

// Nothing answers an ACK, so only its To is looked at.
void Callee::acknowledged(std::string_view octets) {
    sip::HeadLines lines(octets);
    while (const auto line = lines.next())
        if (line->is(sip::To::name)) return forget(InvitationHandle::from_bits(invitation_in(line->value)));
}

// A 2xx whose ACK came, or none will, or that the BYE overtook.
void Callee::forget(InvitationHandle handle) {
    Invitation* invitation = invitations_.get(handle);
    if (invitation == nullptr) return;
    desk_.wheel.cancel(invitation->timer);
    by_via_.erase(invitation->via_hash, handle.slot);
    spares_.give(std::move(invitation->lines));
    invitations_.erase(handle);
}

}  // namespace almon::load
