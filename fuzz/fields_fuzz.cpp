// Every typed header field: the first octet picks the type, the rest is its value. What a value prints reads
// as the same value, alone and in a message.
#include <array>
#include <concepts>
#include <tuple>

#include "almon/sip/headers/accept.hpp"
#include "almon/sip/headers/allow.hpp"
#include "almon/sip/headers/call_id.hpp"
#include "almon/sip/headers/challenge.hpp"
#include "almon/sip/headers/contact.hpp"
#include "almon/sip/headers/content_disposition.hpp"
#include "almon/sip/headers/content_length.hpp"
#include "almon/sip/headers/content_type.hpp"
#include "almon/sip/headers/credentials.hpp"
#include "almon/sip/headers/cseq.hpp"
#include "almon/sip/headers/date.hpp"
#include "almon/sip/headers/event.hpp"
#include "almon/sip/headers/expires.hpp"
#include "almon/sip/headers/from_to.hpp"
#include "almon/sip/headers/max_breadth.hpp"
#include "almon/sip/headers/max_forwards.hpp"
#include "almon/sip/headers/min_expires.hpp"
#include "almon/sip/headers/path.hpp"
#include "almon/sip/headers/proxy_require.hpp"
#include "almon/sip/headers/record_route.hpp"
#include "almon/sip/headers/require.hpp"
#include "almon/sip/headers/retry_after.hpp"
#include "almon/sip/headers/route.hpp"
#include "almon/sip/headers/server.hpp"
#include "almon/sip/headers/subject.hpp"
#include "almon/sip/headers/supported.hpp"
#include "almon/sip/headers/timestamp.hpp"
#include "almon/sip/headers/unsupported.hpp"
#include "almon/sip/headers/user_agent.hpp"
#include "almon/sip/headers/via.hpp"
#include "almon/sip/headers/warning.hpp"
#include "almon/sip/message.hpp"
#include "almon/sip/qvalue.hpp"
#include "fuzz/fuzzing.hpp"

using namespace almon;
using namespace almon::sip;

namespace {

// What a value means beyond its printed form, in which a part could hide behind another.
auto meaning(const Via& via) {
    return std::tuple(via.branch, via.received, via.maddr, via.host.text, via.port, via.rport, via.ttl);
}
// As it is printed and read again.
std::optional<std::uint16_t> reprinted(std::optional<std::uint16_t> q) {
    if (!q) return {};
    std::array<char, 8> text;
    base::Printer out{text};
    print_qvalue(out, *q);
    Scanner in(out.view());
    const auto again = take_qvalue(in);
    ALMON_ASSERT(again && *again == *q && in.done());
    return q;
}

auto meaning(const Contact& contact) {
    return std::tuple(contact.is_wildcard, contact.address.display_text(), contact.address.uri.text(),
                      reprinted(contact.q), contact.expires, contact.reg_id, contact.instance);
}
auto meaning(const std::derived_from<Party> auto& party) {
    return std::tuple(party.tag, party.address.display_text(), party.address.uri.text());
}
auto meaning(const std::derived_from<RouteEntry> auto& entry) {
    return std::tuple(entry.is_loose(), entry.address.display_text(), entry.address.uri.text());
}
auto meaning(const Accept& accept) {
    return std::tuple(accept.type, accept.subtype, accept.takes(MediaType{"application", "sdp", {}}));
}
auto meaning(const ContentType& type) {
    return std::tuple(type.type, type.subtype, type.boundary(), type.is_multipart());
}
auto meaning(const std::derived_from<Challenge> auto& challenge) {
    return std::tuple(challenge.scheme, challenge.nonce, challenge.qop, challenge.offers_qop("auth"),
                      challenge.algorithm, challenge.stale, challenge.userhash);
}
auto meaning(const std::derived_from<Credentials> auto& credentials) {
    return std::tuple(credentials.scheme, credentials.username, credentials.uri, credentials.cnonce,
                      credentials.nc, credentials.qop, credentials.response, credentials.userhash);
}
auto meaning(const Warning& warning) {
    return std::tuple(warning.code, warning.agent, unquote(warning.text));
}
template <class Header>
auto meaning(const Header& header) {
    return base::printed(header);
}

template <class Header>
void check_value(const Header& value) {
    const auto text = base::printed(value);
    Scanner in(text);
    const auto again = parse_value<Header>(in);
    ALMON_ASSERT(again.has_value() && in.done());
    ALMON_ASSERT(base::printed(*again) == text && meaning(*again) == meaning(value));
}

// As many values as the field holds; how many they are.
template <class Header>
std::size_t check_values(std::string_view text) {
    Scanner in(text);
    std::size_t count = 0;
    do {
        const auto value = parse_value<Header>(in);
        if (!value) {
            fuzz::check_error(value.error(), text.size());
            return count;
        }
        check_value(*value);
        ++count;
    } while (!in.done());
    return count;
}

// The same field twice in a message: get(), find() and all() see what the value alone has shown.
template <class Header>
void check_in_message(std::string_view text) {
    const auto line = std::string(Header::name.text()) + ": " + std::string(text) + "\r\n";
    const auto message = Message::parse("OPTIONS sip:a SIP/2.0\r\n" + line + line + "\r\n");
    if (!message || message->count(Header::name) != 2) return;
    const auto value = message->value(message->fields().front());
    const auto count = check_values<Header>(value);
    const auto got = message->template get<Header>();
    const auto found = message->template find<Header>();
    ALMON_ASSERT(got.has_value() == (count > 0));
    ALMON_ASSERT(found.has_value() == (count > 0) || may_be_empty<Header>());
    if (got) ALMON_ASSERT(base::printed(*got) == base::printed(**found));
    std::size_t seen = 0;
    for (const auto& each : message->template all<Header>()) seen += each.has_value();
    ALMON_ASSERT(seen == std::min(2 * count, base::limits::values_per_field) || seen == count);
}

template <class Header>
void check(std::string_view text) {
    (void)check_values<Header>(text);
    check_in_message<Header>(text);
}

// New ones go to the end: the corpus knows them by their numbers.
constexpr std::array fields{
    check<Via>,
    check<Contact>,
    check<From>,
    check<To>,
    check<CSeq>,
    check<CallId>,
    check<Route>,
    check<RecordRoute>,
    check<Path>,
    check<MaxForwards>,
    check<MaxBreadth>,
    check<ContentLength>,
    check<ContentType>,
    check<Accept>,
    check<Allow>,
    check<Require>,
    check<ProxyRequire>,
    check<Supported>,
    check<Unsupported>,
    check<Expires>,
    check<MinExpires>,
    check<RetryAfter>,
    check<Date>,
    check<Timestamp>,
    check<Event>,
    check<Warning>,
    check<Subject>,
    check<Server>,
    check<UserAgent>,
    check<WwwAuthenticate>,
    check<Authorization>,
    check<ProxyAuthenticate>,
    check<ProxyAuthorization>,
    check<ContentDisposition>,
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    fuzz::Script script(fuzz::text_of(data, size));
    const auto field = script.below(fields.size());
    fields[field](script.rest());
    return 0;
}
