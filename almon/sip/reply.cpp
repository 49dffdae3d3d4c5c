#include "almon/sip/reply.hpp"

#include "almon/sip/field_lines.hpp"
#include "almon/sip/headers/call_id.hpp"
#include "almon/sip/headers/content_length.hpp"
#include "almon/sip/headers/content_type.hpp"
#include "almon/sip/headers/cseq.hpp"
#include "almon/sip/headers/record_route.hpp"
#include "almon/sip/headers/timestamp.hpp"
#include "almon/sip/headers/via.hpp"

namespace almon::sip {
namespace {

// A To that cannot be read gets no tag: behind its fault nobody knows what a parameter would belong to.
bool wants_tag(const Message& request, const Reply& reply) {
    if (reply.status == status::trying || reply.to_tag.value().empty()) return false;
    if (reply.to_is_bare) return true;
    const auto to = request.get<To>();
    return to && to->tag.value().empty();
}

void put_to(const Message& request, const Reply& reply, base::Printer& out) {
    const Field* to = request.find_field(To::name);
    if (to == nullptr) return;
    if (!wants_tag(request, reply)) return put_field(out, request, *to, To::name);
    out.put("To: ").put(request.value(*to)).put(";tag=").put(reply.to_tag.value()).put("\r\n");
}

void put_body(const Reply& reply, base::Printer& out) {
    if (!reply.body.empty() && !reply.content_type.empty())
        put_line(out, ContentType::name, reply.content_type);
    out.put("Content-Length: ").put_number(reply.body.size()).put("\r\n\r\n").put(reply.body);
}

}  // namespace

void write_reply(const Message& request, const Reply& reply, base::Printer& out) {
    const auto reason = reply.reason.empty() ? reply.status.reason() : reply.reason;
    out.put("SIP/2.0 ").put_number(reply.status.code()).put(' ').put(reason).put("\r\n");
    put_all(out, request, Via::name);
    if (reply.keep_record_route) put_all(out, request, RecordRoute::name);
    put_first(out, request, From::name);
    put_to(request, reply, out);
    put_first(out, request, CallId::name);
    put_first(out, request, CSeq::name);
    if (reply.status == status::trying) put_first(out, request, Timestamp::name);
    out.put(reply.fields);
    put_body(reply, out);
}

}  // namespace almon::sip
