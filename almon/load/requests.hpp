// The requests that the caller sends, written once for the run.
#pragma once

#include "almon/load/plan.hpp"
#include "almon/load/template.hpp"

namespace almon::load {

struct Requests {
    static Requests of(const Plan& plan, const Locals& locals, std::string_view salt);

    Template registration, options, invite;
    Template acknowledgement;  // of a 2xx
    Template refusal_ack;      // of a 3xx to 6xx (RFC 3261 §17.1.1.3)
    Template bye;
};

// What a Contact needs behind host and port.
std::string_view contact_parameters(sip::Transport transport);

}  // namespace almon::load
