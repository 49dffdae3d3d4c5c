#include "almon/sim/promises.hpp"

namespace almon::sim {
namespace {

// A REGISTER is repeated for 32 s (RFC 3261 §17.1.2.2), and a stream may hold it for a minute.
constexpr auto longest_on_the_way = std::chrono::seconds(95);

}  // namespace

void Promises::calendar_jumps(const Server& server, Duration by) {
    auto& history = histories_[&server];
    if (by < Duration::zero()) history.was_set_back = true;
    if (by > Duration::zero() && !server.is_up()) history.may_have_lost = clock_.now();
}

// Between two REGISTERs a phone knows what the server has bound. A 200 may have been on its way for 32 s, and
// by so much the phone's time is longer than the server's; half of it is the margin with which it refreshes.
std::vector<std::string> Promises::broken(const std::vector<Resident>& residents, const std::string& when) {
    std::vector<std::string> sentences;
    for (const auto& resident : residents) {
        const auto& phone = *resident.phone;
        if (!resident.home->is_up()) continue;
        const bool is_bound = resident.home->bindings(phone.user()).contains(phone.contact());
        if (is_bound && clock_.now() > latest_end(resident))
            sentences.push_back("the binding of " + phone.contact() + " outlives its time " + when);
        if (phone.is_registering() || phone.register_status() != 200) continue;
        if (phone.is_registered() && !is_bound && !may_be_lost(resident))
            sentences.push_back("the binding of " + phone.contact() + " is lost " + when);
        if (!phone.wants_registration() && is_bound)
            sentences.push_back("the removed binding of " + phone.contact() + " is there " + when);
    }
    return sentences;
}

bool Promises::may_be_lost(const Resident& resident) {
    return resident.phone->asked_for_binding_at() <= histories_[resident.home].may_have_lost;
}

// What a calendar that was set back has made longer is cut at the next start.
Instant Promises::latest_end(const Resident& resident) {
    const auto& history = histories_[resident.home];
    const auto end = resident.phone->asked_for_binding_at() + asked_for_ + longest_on_the_way;
    if (!history.was_set_back) return end;
    return std::max(end, history.started + resident.home->policy().max_expires);
}

}  // namespace almon::sim
