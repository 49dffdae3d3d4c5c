// Two URIs, a line each: equivalence goes both ways, an address-of-record is its own, escapes are undone.
#include "almon/sip/transport/request_route.hpp"
#include "almon/sip/uri.hpp"
#include "fuzz/fuzzing.hpp"

using namespace almon;
using sip::Uri;

namespace {

// The key of a key is that key. The port of a sips URI that stays in it may be the default of sip.
void check_record(const Uri& uri) {
    const auto record = sip::address_of_record(uri);
    const auto parsed = Uri::parse(record);
    ALMON_ASSERT(parsed.has_value());
    const auto again = sip::address_of_record(*parsed);
    const auto bare = sip::without_port(record);
    ALMON_ASSERT(again == record || (uri.is_secure() && uri.port() == 5060));
    ALMON_ASSERT(sip::without_port(again) == bare && record.starts_with(bare));
    ALMON_ASSERT(sip::without_port(bare) == bare);
}

void check_alone(const Uri& uri, std::string_view text) {
    ALMON_ASSERT(uri.text() == text && base::printed(uri) == text);
    ALMON_ASSERT(sip::equivalent(uri, uri));
    ALMON_ASSERT(uri.is_sip() || !uri.has_headers());
    check_record(uri);
    if (!uri.is_sip()) return;
    const auto target = sip::numeric_target(uri);
    if (!target) fuzz::check_error(target.error(), text.size());
}

// RFC 3261 §10.3 step 5: who is equal has one key.
void check_pair(const Uri& a, const Uri& b) {
    const bool equal = sip::equivalent(a, b);
    ALMON_ASSERT(equal == sip::equivalent(b, a));
    if (equal && a.is_sip()) ALMON_ASSERT(sip::address_of_record(a) == sip::address_of_record(b));
    if (a.text() == b.text()) ALMON_ASSERT(equal);
}

void check_escapes(std::string_view octets) {
    using sip::same_component, sip::unescape, sip::LetterCase;
    for (const auto& escaped :
         {sip::escape_user(octets), sip::escape_parameter(octets), sip::escape_header(octets)}) {
        ALMON_ASSERT(unescape(escaped) == octets);
        ALMON_ASSERT(same_component(escaped, escaped, LetterCase::matters));
        ALMON_ASSERT(same_component(escaped, escaped, LetterCase::ignored));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    fuzz::Script script(fuzz::text_of(data, size));
    const auto first = script.line(), second = script.rest();
    const auto a = Uri::parse(first), b = Uri::parse(second);
    if (a) check_alone(*a, first);
    if (!a) fuzz::check_error(a.error(), first.size());
    if (b) check_alone(*b, second);
    if (a && b) check_pair(*a, *b);
    check_escapes(first);
    return 0;
}
