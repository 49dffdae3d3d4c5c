#include "fuzz/differences.hpp"

#include <algorithm>
#include <array>

#include "almon/base/assert.hpp"
#include "almon/sip/edits.hpp"
#include "almon/sip/headers/call_id.hpp"
#include "almon/sip/headers/contact.hpp"
#include "almon/sip/headers/content_length.hpp"
#include "almon/sip/headers/content_type.hpp"
#include "almon/sip/headers/cseq.hpp"
#include "almon/sip/headers/from_to.hpp"
#include "almon/sip/headers/via.hpp"

namespace almon::fuzz {
namespace {

using sip::Message;

// --- We refuse, they take: the rule in our error is the reason.

// What other parsers let pass, by the sections that forbid it.
constexpr std::array<std::string_view, 9> rules_that_we_keep{
    "RFC 3261 §7",      // §7.1: the version; §7.3.1: a name, a colon, a value, and no other line
    "RFC 3261 §8.1.1",  // the fields that every message has, each once, and the method that CSeq repeats
    "RFC 3261 §18.3",   // Content-Length and the octets that are there
    "RFC 3261 §19.1",   // what may stand in a Request-URI
    "RFC 3261 §20",     // numbers in their ranges, tags that are tokens
    "RFC 3261 §25.1",   // the grammar
    "RFC 3966 §",       // tel URIs
    "RFC 5626 §4.2",    // reg-id
    "limits::"};        // §21.5.7: a server may refuse what is too large for it

bool is_held_to_a_rule(const base::Error& error) {
    return std::ranges::any_of(rules_that_we_keep, [&](std::string_view rule) {
        return std::string_view(error.rule).starts_with(rule);
    });
}

// --- We take, they refuse: without the part that they stumble over they take it too.

bool is_needed(const Message& message, const sip::Field& field) {
    static constexpr std::array needed{sip::Via::name,          sip::From::name, sip::To::name,
                                       sip::CallId::name,       sip::CSeq::name, sip::Contact::name,
                                       sip::ContentLength::name};
    return std::ranges::any_of(
        needed, [&](const auto& name) { return name.matches(message.name(field), field.name_hash); });
}

std::string written(const Message& message, const sip::Edits& edits) {
    std::string text(message.octets().size() + 4096, '\0');
    base::Printer out{text};
    edits.write(message, out);
    ALMON_ASSERT(!out.overflowed());
    return std::string(out.view());
}

// RFC 3261 §8.2.2: malformed fields that are not necessary for processing a request are ignored.
void remove_needless_fields(const Message& message, sip::Edits& edits) {
    for (const auto& field : message.fields())
        if (!is_needed(message, field)) edits.remove(sip::HeaderName(message.name(field)));
}
// §7.4: the body is opaque to those whom it is not for.
void remove_body(const Message& message, sip::Edits& edits) {
    if (!message.body().empty()) edits.replace(message, message.body(), "");
}
// §25.1: user-unreserved holds semicolons and question marks; §8.2.2.1: what scheme it is, is asked later.
template <class Header>
void replace_uri(const Message& message, sip::Edits& edits) {
    const auto party = message.get<Header>();
    if (!party) return;
    std::string value = "<sip:a@b>";
    if (!party->tag.value().empty()) value.append(";tag=").append(party->tag.value());
    edits.set(Header::name, value);
}
void replace_uris(const Message& message, sip::Edits& edits) {
    if (message.is_request()) edits.set_request_uri("sip:a@b");
    replace_uri<sip::From>(message, edits);
    replace_uri<sip::To>(message, edits);
    edits.remove(sip::Contact::name);
}

// §25.1: blanks and folds may stand round each separator; sofia-sip and libosip2 allow them at fewer places.
void remove_blanks(const Message& message, sip::Edits& edits) {
    if (const auto cseq = message.get<sip::CSeq>()) edits.set(sip::CSeq::name, base::printed(*cseq));
    edits.remove(sip::Via::name);
    for (const auto& via : message.all<sip::Via>())
        if (via) edits.append(sip::Via::name, base::printed(*via));
}

// §25.1: extension-method = token, which is more than letters and digits; and it may begin like a method that
// sofia-sip knows, which it then takes for a broken one.
bool has_unusual_method(const Message& message) {
    namespace method = sip::method;
    static constexpr std::array usual{method::invite,  method::ack,    method::options, method::bye,
                                      method::cancel,  method::prack,  method::update,  method::register_,
                                      method::refer,   method::notify, method::info,    method::subscribe,
                                      method::publish, method::message};
    const auto cseq = message.get<sip::CSeq>();
    const auto asked = cseq ? cseq->method : message.method();
    return std::ranges::find(usual, asked) == usual.end();
}

bool stumbles_over_something_else(const Message& message, Read read_theirs) {
    if (has_unusual_method(message)) return true;
    sip::Edits edits;
    for (const auto simplify : {remove_needless_fields, remove_body, replace_uris, remove_blanks}) {
        simplify(message, edits);
        if (read_theirs(written(message, edits))) return true;
    }
    return false;
}

// --- Both take it, and read another value.

// RFC 3986 §3.2.2: the brackets of an IPv6 address are part of the host; some leave them out.
std::string_view without_brackets(std::string_view host) {
    return host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
}

// RFC 3261 §25.1: CSeq is 1*DIGIT, so leading zeros say nothing.
std::string_view without_zeros(std::string_view number) {
    number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
    return number;
}

// §7.4.1: libosip2 counts the octets of the parts of a multipart, and only those of a body with a type.
bool is_body_taken_apart(const Message& message) {
    const auto type = message.find<sip::ContentType>();
    return !type || !*type || (*type)->is_multipart();
}

void compare_values(const Message& message, const Reading& ours, const Reading& theirs) {
    ALMON_ASSERT(ours.method == theirs.method);
    ALMON_ASSERT(ours.uri_host.empty() ||
                 without_brackets(ours.uri_host) == without_brackets(theirs.uri_host));
    ALMON_ASSERT(ours.call_id == theirs.call_id);
    ALMON_ASSERT(without_zeros(ours.cseq) == without_zeros(theirs.cseq));
    ALMON_ASSERT(ours.cseq_method == theirs.cseq_method);
    ALMON_ASSERT(ours.from_tag == theirs.from_tag && ours.to_tag == theirs.to_tag);
    ALMON_ASSERT(ours.branch == theirs.branch);
    ALMON_ASSERT(ours.vias == theirs.vias && ours.contacts == theirs.contacts);
    ALMON_ASSERT(ours.body_octets == theirs.body_octets || is_body_taken_apart(message));
}

}  // namespace

void compare(std::string_view octets, const Message& message, const sip::Result<Reading>& ours,
             Read read_theirs) {
    if (octets.contains('\0')) return;  // §25.1 allows it in a quoted-pair; to others it ends the text
    const auto theirs = read_theirs(octets);
    if (!ours && theirs) ALMON_ASSERT(is_held_to_a_rule(ours.error()));
    if (ours && !theirs) ALMON_ASSERT(stumbles_over_something_else(message, read_theirs));
    if (ours && theirs) compare_values(message, *ours, *theirs);
}

}  // namespace almon::fuzz
