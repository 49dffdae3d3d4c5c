// Who may send what where: the whole policy of the proxy as one table without exceptions elsewhere. What no
// line allows is denied, for every method, known or not.
#pragma once

#include <cstdint>

#include "almon/server/settings.hpp"
#include "almon/sip/method.hpp"

namespace almon::server {

enum class Caller : std::uint8_t {
    trusted,        // from a network in `trusted`
    authenticated,  // brought credentials of a user of ours
    in_dialog,      // brought our signed Route of this very dialog
    claims_own,     // no credentials; From names one of our domains, or nobody (anonymous.invalid)
    stranger,       // anybody else
};

enum class Destination : std::uint8_t {
    own_user,  // a user of one of our domains, with no hop of somebody else's in between
    foreign,   // anything beyond us
};

enum class Access : std::uint8_t {
    allow,
    challenge,  // 407 (RFC 3261 §22.3)
    forbid,     // 403
    ignore,     // not answered: an ACK never is
};

// ACK and CANCEL cannot be challenged (RFC 3261 §22.1): they pass or they do not.
Access decide(Caller caller, Destination destination, sip::Method method, Inbound inbound);

}  // namespace almon::server
