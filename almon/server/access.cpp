#include "almon/server/access.hpp"

namespace almon::server {
namespace {

// What a stranger may do to our users when `inbound` lets strangers call: begin a call. The rest of a call is
// in its dialog; MESSAGE, SUBSCRIBE, REFER and all else need an account (ES2021-07, ES2021-08).
bool begins_call(sip::Method method) {
    return method == sip::method::invite;
}

Access decide_for_stranger(Destination destination, sip::Method method, Inbound inbound) {
    if (destination == Destination::foreign) return Access::forbid;
    if (inbound == Inbound::local_users && begins_call(method)) return Access::allow;
    return Access::challenge;
}

// A challenge is of no use where none is possible.
Access without_challenge(Access access, sip::Method method) {
    if (access == Access::allow) return access;
    if (method == sip::method::ack) return Access::ignore;
    return method == sip::method::cancel ? Access::forbid : access;
}

}  // namespace

Access decide(Caller caller, Destination destination, sip::Method method, Inbound inbound) {
    switch (caller) {
        case Caller::trusted:
        case Caller::authenticated:
        case Caller::in_dialog: return Access::allow;
        case Caller::claims_own: return without_challenge(Access::challenge, method);
        case Caller::stranger:
            return without_challenge(decide_for_stranger(destination, method, inbound), method);
    }
    return Access::forbid;
}

}  // namespace almon::server
