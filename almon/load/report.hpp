// What a run has shown, for people and for programs.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

#include "almon/load/plan.hpp"
#include "almon/load/tally.hpp"

namespace almon::load {

struct Report {
    Tally tally;
    Tally preparation;       // the callees' registrations; if one failed, no call was made
    Duration lasted{};       // without the preparation
    std::uint64_t late = 0;  // units that began later than Pace::tolerance, open loop
    Duration largest_lag{};
    Duration cpu{};            // of this process, user and system, in that time
    std::uint64_t unsent = 0;  // messages that the system did not take
    bool interrupted = false;

    bool is_good() const;
    double rate() const;              // good units a second
    double cpu_microseconds() const;  // a unit
};

// A moment of a run.
struct Progress {
    Duration since_start{}, since_last{};
    std::uint64_t ended = 0;  // since last
    std::size_t outstanding = 0;
    std::uint64_t failed = 0;
    bool is_preparation = false;
};

std::string print_report(const Plan& plan, const Report& report);
boost::json::object to_json(const Plan& plan, const Report& report);
std::string print_progress(const Progress& progress);

}  // namespace almon::load
