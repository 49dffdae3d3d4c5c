// A message that parses is what it was after it has been written: as it came, marked with its source,
// forwarded and stripped again, answered, acknowledged and cancelled.
#include <array>

#include "almon/base/limits.hpp"
#include "almon/sip/edits.hpp"
#include "almon/sip/envelope.hpp"
#include "almon/sip/headers/contact.hpp"
#include "almon/sip/headers/content_length.hpp"
#include "almon/sip/headers/max_forwards.hpp"
#include "almon/sip/locate.hpp"
#include "almon/sip/reply.hpp"
#include "almon/sip/request_writer.hpp"
#include "almon/sip/transport/response_route.hpp"
#include "fuzz/fuzzing.hpp"

using namespace almon;
using sip::Message;

namespace {

std::array<char, 1 << 17> buffer;

// What a writer wrote: whole, and a message.
template <class Write>
Message written(Write write) {
    base::Printer out{buffer};
    write(out);
    ALMON_ASSERT(!out.overflowed());
    auto message = Message::parse(out.view(), Message::Ends::with_content_length);
    ALMON_ASSERT(message.has_value());
    return std::move(*message);
}

Message rewritten(const Message& message, const sip::Edits& edits = {}) {
    return written([&](base::Printer& out) { edits.write(message, out); });
}

bool is_length(const Message& message, const sip::Field& field) {
    return sip::ContentLength::name.matches(message.name(field), field.name_hash);
}

void check_index(const Message& message) {
    std::size_t at = 0;
    for (const auto& field : message.fields()) {
        ALMON_ASSERT(field.name_at >= at && field.value_at > field.name_at && field.name_size > 0);
        at = field.value_at + field.value_size;
        ALMON_ASSERT(at <= message.octets().size() - message.body().size());
    }
}

// The same start line, fields in the same order and body; a Content-Length may have come.
void check_same(const Message& a, const Message& b) {
    ALMON_ASSERT(a.is_request() == b.is_request() && a.body() == b.body());
    ALMON_ASSERT(a.method() == b.method() && a.status() == b.status());
    if (a.is_request()) ALMON_ASSERT(a.request_uri() == b.request_uri());
    if (a.is_response()) ALMON_ASSERT(a.reason() == b.reason());
    const auto fields = a.fields(), others = b.fields();
    ALMON_ASSERT(others.size() - fields.size() <= 1);
    for (std::size_t i = 0; i < fields.size(); ++i) {
        ALMON_ASSERT(a.name(fields[i]) == b.name(others[i]));
        ALMON_ASSERT(a.value(fields[i]) == b.value(others[i]));
    }
    if (others.size() > fields.size()) ALMON_ASSERT(is_length(b, others.back()));
}

void check_same(const sip::Envelope& a, const sip::Envelope& b) {
    ALMON_ASSERT(a.call_id == b.call_id && a.from_tag == b.from_tag && a.to_tag == b.to_tag);
    ALMON_ASSERT(a.cseq.number == b.cseq.number && a.cseq.method == b.cseq.method);
    ALMON_ASSERT(a.max_forwards == b.max_forwards && a.has_max_forwards == b.has_max_forwards);
    ALMON_ASSERT(a.via.branch == b.via.branch && a.via.host == b.via.host && a.via.port == b.via.port);
    ALMON_ASSERT(a.via.text == b.via.text && a.via.parameters.text() == b.via.parameters.text());
    ALMON_ASSERT(a.via.received == b.via.received && a.via.rport == b.via.rport &&
                 a.via.maddr == b.via.maddr);
}

// RFC 3261 §16.6 step 8 and §16.7 step 3: the Via that was put on top comes off, and nothing is left of it.
void check_forwarding(const Message& plain) {
    sip::Edits there, back;
    there.prepend(sip::Via::name, "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK-1");
    const auto forwarded = rewritten(plain, there);
    const auto via = forwarded.get<sip::Via>();
    ALMON_ASSERT(via && via->branch == "z9hG4bK-1");
    back.remove_first_value(sip::Via::name);
    ALMON_ASSERT(rewritten(forwarded, back).octets() == plain.octets());
}

// What a proxy edits is there afterwards, and once.
void check_edits(const Message& plain) {
    sip::Edits edits;
    edits.set_request_uri("sip:other@192.0.2.2").set(sip::MaxForwards::name, "69");
    edits.remove(sip::Contact::name).append(sip::Contact::name, "<sip:a@b>");
    edits.replace(plain, plain.body(), "other");
    const auto edited = rewritten(plain, edits);
    const auto hops = edited.get<sip::MaxForwards>();
    ALMON_ASSERT(hops && hops->number == 69);
    ALMON_ASSERT(edited.count(sip::Contact::name) == 1 && edited.body() == "other");
    if (plain.is_request()) ALMON_ASSERT(edited.request_uri() == "sip:other@192.0.2.2");
}

// §18.2.1: what is inserted into the top Via moves everything behind it, and breaks nothing.
void check_marking(Message message) {
    auto top = *message.get<sip::Via>();
    sip::mark_source(message, top, *sip::Endpoint::parse("[2001:db8::9]:6000"));
    check_index(message);
    const auto marked = sip::read_envelope(message, top);
    ALMON_ASSERT(marked.has_value());
    const Message same = rewritten(message);
    const auto read = sip::read_envelope(same);
    ALMON_ASSERT(read.has_value());
    check_same(*marked, *read);
    check_same(message, same);
}

void check_answers(const Message& request) {
    const auto reply = written([&](base::Printer& out) {
        sip::write_reply(request, {.status = sip::status::ok, .to_tag = sip::Tag("t")}, out);
    });
    ALMON_ASSERT(reply.status() == sip::status::ok);
    ALMON_ASSERT(reply.count(sip::Via::name) == request.count(sip::Via::name));
    if (const auto to = request.get<sip::To>()) {
        const auto tag = reply.get<sip::To>()->tag;
        ALMON_ASSERT(tag == (to->tag.value().empty() ? sip::Tag("t") : to->tag));
    }
}

// §9.1, §17.1.1.3: of an INVITE that a client would send.
void check_siblings(const Message& request, const sip::Envelope& envelope) {
    const auto ack = written([&](base::Printer& out) { sip::write_ack(request, request, out); });
    const auto cancel = written([&](base::Printer& out) { sip::write_cancel(request, out); });
    for (const auto* sibling : {&ack, &cancel}) {
        const auto read = sip::read_envelope(*sibling);
        ALMON_ASSERT(read && read->via.branch == envelope.via.branch);
        ALMON_ASSERT(read->call_id == envelope.call_id && read->cseq.number == envelope.cseq.number);
    }
}

void check_request_uri(const Message& message) {
    const auto uri = sip::read_request_uri(message);
    if (uri) ALMON_ASSERT(uri->text() == message.request_uri());
    if (!uri) fuzz::check_error(uri.error(), message.octets().size());
}

void check_rewriting(const Message& message) {
    const auto plain = rewritten(message);
    check_same(message, plain);
    ALMON_ASSERT(rewritten(plain).octets() == plain.octets());
    const auto envelope = sip::read_envelope(message), again = sip::read_envelope(plain);
    ALMON_ASSERT(envelope.has_value() == again.has_value());
    if (envelope) check_same(*envelope, *again);
}

// Each input meets one of the costly checks, chosen by its size, so that parsing stays most of the work.
void check_message(const Message& message, std::size_t chosen) {
    const auto envelope = sip::read_envelope(message);
    if (!envelope) fuzz::check_error(envelope.error(), message.octets().size());
    if (message.is_request()) check_request_uri(message);
    if (message.fields().size() + 3 > base::limits::message_fields) return;  // no room for what is added
    switch (chosen % 6) {
        case 0: return check_rewriting(message);
        case 1: return check_forwarding(rewritten(message));
        case 2: return check_edits(message);
        case 3: return envelope ? check_marking(message) : void();
        case 4: return message.is_request() ? check_answers(message) : void();
        default: return envelope && message.is_request() ? check_siblings(message, *envelope) : void();
    }
}

// A 400 is made of what could be read (§8.2.6), with a Warning that says where the fault is.
void check_refusal(const Message& message, const base::Error& error) {
    fuzz::check_error(error, message.octets().size());
    ALMON_ASSERT(sip::status_owed(error) >= sip::status::bad_request);
    base::Printer warning{buffer};
    sip::print_warning(message.octets(), error, warning);
    const std::string line(warning.view());
    (void)written([&](base::Printer& out) {
        sip::write_reply(message, {.status = sip::status_owed(error), .fields = line}, out);
    });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    static Message message;
    const auto ends = size % 2 == 0 ? Message::Ends::with_datagram : Message::Ends::with_content_length;
    const auto parsed = message.assign(fuzz::text_of(data, size), ends);
    check_index(message);
    if (parsed) {
        check_message(message, size / 2);
    } else {
        check_refusal(message, parsed.error());
    }
    return 0;
}
