// One call as a simulated phone sees it: what came of it, and the dialog that it needs to go on (RFC 3261
// §12).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "almon/base/time.hpp"
#include "almon/sip/digest/client.hpp"
#include "almon/stack/stack.hpp"

namespace almon::sim {

struct Call {
    enum class Side : std::uint8_t { caller, callee };
    enum class State : std::uint8_t { ringing, talking, over };

    Side side;
    State state = State::ringing;
    std::string call_id;
    base::Instant began = {};
    bool has_rung = false;      // a 180 was heard, or sent
    std::uint16_t status = 0;   // the final answer that was heard or given; 0: none yet
    bool is_confirmed = false;  // the ACK of the 2xx was sent, or came
    bool was_given_up = false;  // its own side ended it before there was an answer
    bool is_bye_lost = false;   // our BYE reached nobody, so the other side may be talking still

    // --- The dialog. Values of From and To with their tags, our own first.
    std::string local, remote, local_tag, remote_tag;
    std::string target;  // where requests go: the other side's Contact
    std::vector<std::string> routes;
    std::uint32_t cseq = 1;  // of the latest request of our own

    // --- What is under way.
    sip::digest::Tries tries = {};
    std::string requested = {};                          // the Request-URI of our INVITE
    stack::ClientHandle invite = {};                     // of our INVITE
    bool may_be_cancelled = false;                       // a provisional answer has come (§9.1)
    std::optional<stack::ServerTransaction> asked = {};  // their INVITE, not yet answered
    std::optional<stack::AcceptedInvite> accepted = {};  // their INVITE, answered with a 2xx
    std::string answer = {};                             // that 2xx, repeated until its ACK (§13.3.1.4)
    base::Duration repeat_after = {};
    base::Instant give_up = {};
    stack::Alarm alarm = {};
};

}  // namespace almon::sim
