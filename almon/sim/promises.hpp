// What servers have promised to phones, and whether they keep it: a binding that was acknowledged with 200 is
// there for as long as the answer said and not much longer, and one that was taken back stays away. Crashes,
// calendars that jump and whatever the network does are no excuse, but for one: a calendar that was set
// forward while the server was down, where wall time is all that there is.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "almon/sim/phone.hpp"
#include "almon/sim/server.hpp"

namespace almon::sim {

struct Resident {
    Phone* phone;
    Server* home;
};

class Promises {
 public:
    // `longest_binding`: what the phones ask for. The servers' Settings::max_expires bounds what a wrong
    // calendar can make of it.
    Promises(const Clock& clock, Duration longest_binding) : clock_(clock), asked_for_(longest_binding) {}

    // The calendar of this server was set; while it was down, if it was.
    void calendar_jumps(const Server& server, Duration by);
    void has_started(const Server& server) { histories_[&server].started = clock_.now(); }

    // One sentence for each promise that is broken now.
    std::vector<std::string> broken(const std::vector<Resident>& residents, const std::string& when);

 private:
    struct History {
        Instant started{};        // after its last crash
        Instant may_have_lost{};  // what was asked for before
        bool was_set_back = false;
    };
    bool may_be_lost(const Resident& resident);
    Instant latest_end(const Resident& resident);

    const Clock& clock_;
    Duration asked_for_;
    std::map<const Server*, History> histories_;
};

}  // namespace almon::sim
