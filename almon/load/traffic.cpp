#include "almon/load/traffic.hpp"

#include <algorithm>
#include <utility>

namespace almon::load {
namespace {

constexpr std::size_t salt_characters = 8;

}  // namespace

Traffic::Traffic(const Plan& plan, Locals locals, base::Random& random)
    : plan_(plan),
      locals_(std::move(locals)),
      random_(random),
      salt_(random.token(salt_characters)),
      caller_({plan_, locals_, salt_, outbox_, wheel_, tally_}, random),
      callee_({plan_, locals_, salt_, outbox_, wheel_, tally_}, random) {}

void Traffic::start(Instant now) {
    wheel_.advance(now, [](Due) {});
    enter(plan_.kind == Kind::call ? Phase::registering : Phase::running, now);
    advance(now);
}

void Traffic::enter(Phase phase, Instant now) {
    phase_ = phase;
    if (phase == Phase::running) {
        pace_ = Pace::of(plan_, now);
    } else {
        pace_ = Pace::closed(preparation_window, now);
        pace_.end_after(plan_.users);
    }
}

void Traffic::receive(const Source& source, std::string_view octets, Instant now) {
    if (octets.starts_with("SIP/2.0 ")) return caller_.receive(source.lane, octets, now);
    callee_.receive(source, octets, now);
}

void Traffic::lose(std::uint32_t lane) {
    caller_.lose(lane);
}

void Traffic::advance(Instant now) {
    wheel_.advance(now, [&](Due due) {
        if (due.side == Side::caller) return caller_.expire(UnitHandle::from_bits(due.handle), now);
        callee_.expire(InvitationHandle::from_bits(due.handle), now);
    });
    begin_due(now);
    if (phase_ != Phase::over && pace_.is_over(now) && outstanding() == 0) end_phase(now);
}

// Not all at once when many are late: the answers that wait would wait for them.
void Traffic::begin_due(Instant now) {
    for (std::size_t i = 0; i < units_per_step && pace_.is_due(now, outstanding()); ++i) begin(now);
}

void Traffic::begin(Instant now) {
    const auto number = pace_.begun();
    const auto intended = pace_.take(now);
    const auto expires = static_cast<std::uint32_t>(plan_.expires.count());
    if (phase_ != Phase::running) {
        const auto user = static_cast<std::uint32_t>(number) + 1;
        return caller_.begin({.kind = Kind::registration,
                              .user = user,
                              .callee = user,
                              .lane = locals_.callee_lane(),
                              .expires = phase_ == Phase::registering ? expires : 0,
                              .intended = intended},
                             now);
    }
    const auto lane = static_cast<std::uint32_t>(number % locals_.lanes.size());
    const auto asked = pick_user(number);
    const auto asking = plan_.kind == Kind::registration || asked == 0 ? asked : asked % plan_.users + 1;
    caller_.begin({plan_.kind, asking, asked, lane, expires, intended}, now);
}

// From 1; 0: the server is asked.
std::uint32_t Traffic::pick_user(std::uint64_t number) {
    if (plan_.users == 0) return 0;
    const auto turn = plan_.in_random_order ? random_.below(plan_.users) : number % plan_.users;
    return static_cast<std::uint32_t>(turn) + 1;
}

void Traffic::end_phase(Instant now) {
    switch (phase_) {
        case Phase::registering:
            preparation_ = std::exchange(tally_, Tally{});
            return enter(after_registering(), now);
        case Phase::running:
            result_ = std::exchange(tally_, Tally{});
            result_pace_ = pace_;
            // A server that answered nothing need not be bothered again.
            return enter(plan_.kind == Kind::call && result_.ok > 0 ? Phase::unregistering : Phase::over,
                         now);
        case Phase::unregistering:
        case Phase::over: phase_ = Phase::over;
    }
}

// Calls to somebody who is not registered would say nothing.
Phase Traffic::after_registering() const {
    if (!stopped_ && preparation_.failed() == 0) return Phase::running;
    return preparation_.ok > 0 ? Phase::unregistering : Phase::over;
}

void Traffic::stop(Instant now) {
    stopped_ = true;
    pace_.stop();
    caller_.hang_up(now);
}

std::optional<Instant> Traffic::deadline(Instant now) const {
    if (phase_ == Phase::over) return {};
    const auto timer = wheel_.next();
    const auto pace = pace_.is_due(now, outstanding()) ? now : pace_.next(outstanding());
    return timer && pace ? std::min(*timer, *pace) : timer ? timer : pace;
}

}  // namespace almon::load
