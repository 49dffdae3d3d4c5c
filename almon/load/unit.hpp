// A unit of work under way: a registration, an OPTIONS or the caller's half of a call, with its one client
// transaction of the moment (RFC 3261 §17.1).
#pragma once

#include <cstdint>
#include <string>

#include "almon/base/slab.hpp"
#include "almon/base/timer_wheel.hpp"
#include "almon/load/dialog.hpp"
#include "almon/load/plan.hpp"
#include "almon/sip/digest/client.hpp"

namespace almon::load {

enum class State : std::uint8_t {
    asking,   // its request has no answer yet
    ringing,  // its INVITE has a provisional one
    talking,  // the call is up, and held
    ending,   // its BYE has no answer yet
};

struct Unit {
    Kind kind;
    State state = State::asking;
    std::uint32_t user = 0;    // who asks; 0: nobody in particular
    std::uint32_t callee = 0;  // who is asked; 0: the server
    std::uint32_t lane = 0;
    std::uint32_t cseq = 0;         // of the request under way; each transaction has the next one
    std::uint32_t invite_cseq = 0;  // of the INVITE that was accepted
    std::uint32_t expires = 0;      // seconds, of a registration
    Instant intended{};             // when it was to begin
    Instant asked{};                // when the request under way was first sent
    Duration interval{};            // until it is sent again
    base::TimerId timer{};
    sip::digest::Tries tries{};
    Dialog dialog{};
    std::string credentials{};  // a line, of the request under way
};

using UnitHandle = base::Handle<Unit>;

}  // namespace almon::load
