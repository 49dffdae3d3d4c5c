// What a transaction's machine asks for after an input (RFC 3261 §17). A machine holds no octets: whoever
// keeps them (stack) carries the actions out, in the order in which they stand here.
#pragma once

#include "almon/base/printer.hpp"

namespace almon::sip {

struct Actions {
    bool send_request : 1 = false;   // hand the request to the transport, for the first time or again
    bool send_response : 1 = false;  // hand the transaction user's latest response to the transport, or again
    bool send_trying : 1 = false;    // make a 100 and send it; from now on it is the latest response
    bool send_ack : 1 = false;       // §17.1.1.3: acknowledge the final response just received
    bool deliver : 1 = false;        // pass the message just received to the transaction user
    bool timed_out : 1 = false;      // tell the transaction user: no answer (B, F) or no ACK (H) came in time
    bool failed : 1 = false;         // tell the transaction user: the transport could not send
    bool ended : 1 = false;          // the machine is terminated: destroy it now; never said twice

    friend bool operator==(const Actions&, const Actions&) = default;
    // For logs: "send_ack deliver", or "ignored" when there is nothing to do.
    void print(base::Printer& out) const;
};

inline void Actions::print(base::Printer& out) const {
    const auto from = out.size();
    const auto say = [&](bool wanted, std::string_view action) {
        if (wanted) out.put(out.size() == from ? "" : " ").put(action);
    };
    say(send_request, "send_request");
    say(send_response, "send_response");
    say(send_trying, "send_trying");
    say(send_ack, "send_ack");
    say(deliver, "deliver");
    say(timed_out, "timed_out");
    say(failed, "failed");
    say(ended, "ended");
    if (out.size() == from) out.put("ignored");
}

}  // namespace almon::sip
