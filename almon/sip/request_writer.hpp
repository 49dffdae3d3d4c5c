// The two requests that a client transaction makes out of the INVITE that it sent.
#pragma once

#include "almon/base/printer.hpp"
#include "almon/sip/message.hpp"

namespace almon::sip {

// RFC 3261 §17.1.1.3: the ACK for a 3xx to 6xx: the INVITE's Request-URI, topmost Via, Route, From, Call-ID
// and CSeq number; the To of the response.
void write_ack(const Message& invite, const Message& response, base::Printer& out);

// RFC 3261 §9.1: the CANCEL for an INVITE: its Request-URI, topmost Via, Route, From, To, Call-ID and CSeq
// number.
void write_cancel(const Message& invite, base::Printer& out);

}  // namespace almon::sip
