#include "almon/sip/request_writer.hpp"

#include "almon/base/assert.hpp"
#include "almon/base/limits.hpp"
#include "almon/sip/field_lines.hpp"
#include "almon/sip/headers/call_id.hpp"
#include "almon/sip/headers/cseq.hpp"
#include "almon/sip/headers/from_to.hpp"
#include "almon/sip/headers/max_forwards.hpp"
#include "almon/sip/headers/route.hpp"
#include "almon/sip/headers/via.hpp"

namespace almon::sip {
namespace {

// The INVITE is one that we sent, so what is missing from it is our own fault.
void write_sibling(const Message& invite, Method method, const Message& owner_of_to, base::Printer& out) {
    const auto via = invite.get<Via>();
    const auto cseq = invite.get<CSeq>();
    ALMON_ASSERT(via && cseq);
    out.put(method.value()).put(' ').put(invite.request_uri()).put(" SIP/2.0\r\n");
    put_line(out, Via::name, via->text);
    put_all(out, invite, Route::name);
    out.put("Max-Forwards: ").put_number(base::limits::max_forwards).put("\r\n");
    put_first(out, invite, From::name);
    put_first(out, owner_of_to, To::name);
    put_first(out, invite, CallId::name);
    out.put("CSeq: ");
    CSeq{cseq->number, method}.print(out);
    out.put("\r\nContent-Length: 0\r\n\r\n");
}

}  // namespace

void write_ack(const Message& invite, const Message& response, base::Printer& out) {
    write_sibling(invite, method::ack, response, out);
}

void write_cancel(const Message& invite, base::Printer& out) {
    write_sibling(invite, method::cancel, invite, out);
}

}  // namespace almon::sip
