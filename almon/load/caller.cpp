#include "almon/load/caller.hpp"

#include <algorithm>

#include "almon/load/number.hpp"
#include "almon/sip/headers/call_id.hpp"
#include "almon/sip/headers/cseq.hpp"
#include "almon/sip/headers/from_to.hpp"
#include "almon/sip/transport/head_lines.hpp"

namespace almon::load {
namespace {

constexpr std::string_view nobody = "load";

bool is_challenge(sip::Status status) {
    return status == sip::status::unauthorized || status == sip::status::proxy_authentication_required;
}

bool is_inviting(const Unit& unit) {
    return unit.kind == Kind::call && unit.state != State::ending;
}

bool is_unreliable(const Plan& plan) {
    return !sip::is_reliable(plan.transport);
}

bool is_to_invite(std::string_view response) {
    sip::HeadLines lines(response);
    while (const auto line = lines.next()) {
        if (!line->is(sip::CSeq::name)) continue;
        base::Scanner in(line->value);
        const auto cseq = sip::CSeq::parse(in);
        return cseq && cseq->method == sip::method::invite;
    }
    return false;
}

}  // namespace

Caller::Caller(const Desk& desk, base::Random& random)
    : desk_(desk),
      random_(random),
      requests_(Requests::of(desk.plan, desk.locals, desk.salt)),
      hold_(desk.plan.hold) {
    for (const auto& lane : desk.locals.lanes) locals_.push_back(base::printed(lane));
    locals_.push_back(base::printed(desk.locals.callee));
}

void Caller::begin(const Start& start, Instant now) {
    const auto handle = units_.emplace(Unit{.kind = start.kind,
                                            .user = start.user,
                                            .callee = start.callee,
                                            .lane = start.lane,
                                            .expires = start.expires,
                                            .intended = start.intended});
    ++desk_.tally.begun;
    ask(handle, *units_.get(handle), now);
}

// --- What is sent.

// A new transaction (RFC 3261 §17.1.1.2, §17.1.2.2).
void Caller::ask(UnitHandle handle, Unit& unit, Instant now) {
    ++unit.cseq;
    unit.asked = now;
    unit.interval = desk_.plan.timers.t1;
    transmit(handle, unit);
    arm(handle, unit, now + (is_unreliable(desk_.plan) ? unit.interval : desk_.plan.timers.f()));
}

void Caller::transmit(UnitHandle handle, const Unit& unit) {
    print(handle, unit, request_of(unit), unit.cseq);
}

void Caller::acknowledge(UnitHandle handle, const Unit& unit) {
    print(handle, unit, requests_.acknowledgement, unit.invite_cseq);
}

void Caller::print(UnitHandle handle, const Unit& unit, const Template& request, std::uint32_t cseq) {
    const UserName user(desk_.plan.names, unit.user), callee(desk_.plan.names, unit.callee);
    const Number number(handle.bits());
    const Decimal count(cseq), expires(unit.expires);
    const auto uri = unit.kind == Kind::options ? uri_of(unit) : std::string{};
    Template::Values values;
    values.set(Slot::local, locals_[unit.lane])
        .set(Slot::user, unit.user == 0 ? nobody : user.text())
        .set(Slot::callee, callee.text())
        .set(Slot::number, number.text())
        .set(Slot::cseq, count.text())
        .set(Slot::expires, expires.text())
        .set(Slot::credentials, unit.credentials)
        .set(Slot::uri, unit.dialog.is_open() ? unit.dialog.uri() : uri)
        .set(Slot::routes, unit.dialog.routes())
        .set(Slot::to, unit.dialog.to());
    desk_.outbox.send(unit.lane, next_hop(unit), [&](base::Printer& out) { request.print(values, out); });
}

const Template& Caller::request_of(const Unit& unit) const {
    if (unit.state == State::ending) return requests_.bye;
    switch (unit.kind) {
        case Kind::registration: return requests_.registration;
        case Kind::options: return requests_.options;
        case Kind::call: break;
    }
    return requests_.invite;
}

std::string_view Caller::method_of(const Unit& unit) const {
    if (unit.state == State::ending) return sip::method::bye.value();
    switch (unit.kind) {
        case Kind::registration: return sip::method::register_.value();
        case Kind::options: return sip::method::options.value();
        case Kind::call: break;
    }
    return sip::method::invite.value();
}

std::string Caller::uri_of(const Unit& unit) const {
    if (unit.dialog.is_open()) return std::string(unit.dialog.uri());
    if (unit.kind == Kind::registration || unit.callee == 0) return "sip:" + desk_.plan.domain;
    const UserName callee(desk_.plan.names, unit.callee);
    return "sip:" + std::string(callee.text()) + "@" + desk_.plan.domain;
}

// Always the target, but for a proxy that stayed out of the dialog: then the callee is asked directly, if it
// is ours.
const Endpoint& Caller::next_hop(const Unit& unit) const {
    const auto& callee = locals_.back();
    const bool direct = unit.dialog.is_open() && unit.dialog.routes().empty() && is_unreliable(desk_.plan) &&
                        unit.dialog.uri().find(callee) != std::string_view::npos;
    return direct ? desk_.locals.callee : desk_.plan.target;
}

// RFC 3261 §17.1.1.3, made of nothing but the response: so one that comes again, or late, gets its ACK too.
void Caller::acknowledge_refusal(std::uint32_t lane, const Response& response, std::string_view octets) {
    Template::Values values;
    values.set(Slot::local, locals_[std::min<std::size_t>(lane, locals_.size() - 1)])
        .set(Slot::branch, response.branch);
    sip::HeadLines lines(octets);
    while (const auto line = lines.next()) {
        if (line->is(sip::From::name)) values.set(Slot::from, line->value);
        if (line->is(sip::To::name)) values.set(Slot::to, line->value);
        if (line->is(sip::CallId::name)) values.set(Slot::call_id, line->value);
    }
    const Decimal count(response.cseq);
    values.set(Slot::cseq, count.text());
    // Our INVITEs are addressed to whom they name in To.
    base::Scanner to(values[Slot::to]);
    const auto callee = sip::NameAddr::parse(to);
    if (!callee) return;
    values.set(Slot::uri, callee->uri.text());
    desk_.outbox.send(lane, desk_.plan.target,
                      [&](base::Printer& out) { requests_.refusal_ack.print(values, out); });
}

// --- What comes back.

void Caller::receive(std::uint32_t lane, std::string_view octets, Instant now) {
    const auto response = Response::read(octets, desk_.salt);
    if (!response) {
        ++desk_.tally.unexpected;
        return;
    }
    const auto handle = UnitHandle::from_bits(response->handle);
    Unit* unit = units_.get(handle);
    // An INVITE is all that is answered with an ACK, whatever became of its unit.
    if (response->status.code() >= 300 && is_to_invite(octets)) acknowledge_refusal(lane, *response, octets);
    if (unit != nullptr && unit->cseq == response->cseq && unit->state != State::talking)
        return answered(handle, *unit, *response, octets, now);
    ++desk_.tally.unexpected;
    // RFC 3261 §13.2.2.4: a 2xx that comes again means that its ACK got lost.
    const bool repeated = unit != nullptr && unit->invite_cseq == response->cseq && unit->dialog.is_open();
    if (repeated && response->status.is_success()) acknowledge(handle, *unit);
}

void Caller::answered(UnitHandle handle, Unit& unit, const Response& response, std::string_view octets,
                      Instant now) {
    if (response.status.is_provisional()) return proceed(handle, unit, now);
    if (!response.status.is_success()) return refuse(handle, unit, response, octets, now);
    if (is_inviting(unit)) return talk(handle, unit, octets, now);
    ++desk_.tally.ok;
    if (unit.kind == Kind::call)
        desk_.tally.ending.add(now - unit.asked);
    else
        desk_.tally.answer.add(now - unit.intended);
    finish(handle, unit);
}

// RFC 3261 §17.1.1.2: an INVITE is not sent again; §17.1.2.2: other requests are, every T2.
void Caller::proceed(UnitHandle handle, Unit& unit, Instant now) {
    if (!is_inviting(unit)) {
        unit.interval = desk_.plan.timers.t2;
    } else if (unit.state == State::asking) {
        unit.state = State::ringing;
        arm(handle, unit, now + desk_.plan.timers.b() + desk_.plan.ring);
    }
}

void Caller::talk(UnitHandle handle, Unit& unit, std::string_view octets, Instant now) {
    if (!unit.dialog.open(octets, spares_.take())) {
        ++desk_.tally.broken;
        return finish(handle, unit);
    }
    desk_.tally.answer.add(now - unit.intended);
    unit.invite_cseq = unit.cseq;
    acknowledge(handle, unit);
    unit.state = State::talking;
    if (hold_ == Duration::zero()) return end_call(handle, unit, now);
    arm(handle, unit, now + hold_);
}

void Caller::end_call(UnitHandle handle, Unit& unit, Instant now) {
    unit.state = State::ending;
    unit.tries = {};
    unit.credentials.clear();
    ask(handle, unit, now);
}

void Caller::refuse(UnitHandle handle, Unit& unit, const Response& response, std::string_view octets,
                    Instant now) {
    if (is_challenge(response.status) && !desk_.plan.password.empty()) {
        const UserName user(desk_.plan.names, unit.user);
        const auto uri = uri_of(unit);
        unit.credentials = answer_challenge(octets, {user.text(), desk_.plan.password},
                                            {method_of(unit), uri, {}}, unit.tries, random_);
        if (!unit.credentials.empty()) return ask(handle, unit, now);
    }
    ++desk_.tally.refused[response.status.code()];
    finish(handle, unit);
}

// --- What time brings.

void Caller::arm(UnitHandle handle, Unit& unit, Instant when) {
    desk_.wheel.cancel(unit.timer);
    unit.timer = desk_.wheel.arm(when, {Side::caller, handle.bits()});
}

void Caller::expire(UnitHandle handle, Instant now) {
    Unit& unit = *units_.get(handle);
    unit.timer = {};
    if (unit.state == State::talking) return end_call(handle, unit, now);
    const auto end = unit.asked + desk_.plan.timers.b();
    if (unit.state == State::ringing || now >= end) {
        ++desk_.tally.timeouts;
        return finish(handle, unit);
    }
    ++desk_.tally.retransmissions;
    transmit(handle, unit);
    unit.interval = is_inviting(unit) ? 2 * unit.interval : std::min(2 * unit.interval, desk_.plan.timers.t2);
    arm(handle, unit, std::min(now + unit.interval, end));
}

void Caller::lose(std::uint32_t lane) {
    units_.for_each([&](UnitHandle handle, Unit& unit) {
        if (unit.lane != lane) return;
        ++desk_.tally.lost;
        finish(handle, unit);
    });
}

void Caller::hang_up(Instant now) {
    hold_ = Duration::zero();
    units_.for_each([&](UnitHandle handle, Unit& unit) {
        if (unit.state == State::talking) end_call(handle, unit, now);
    });
}

void Caller::finish(UnitHandle handle, Unit& unit) {
    desk_.wheel.cancel(unit.timer);
    spares_.give(unit.dialog.release());
    units_.erase(handle);
}

}  // namespace almon::load
