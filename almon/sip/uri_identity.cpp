// When two URIs are the same, and under which key an address-of-record is kept.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "almon/sip/transport/flow.hpp"
#include "almon/sip/uri.hpp"

namespace almon::sip {
namespace {

using Text = std::optional<std::string_view>;

bool same(const Text& a, const Text& b, LetterCase letter_case) {
    if (a.has_value() != b.has_value()) return false;
    return !a || same_component(*a, *b, letter_case);
}

bool same_value(const UriPair& a, const UriPair& b) {
    return same(a.value, b.value, LetterCase::ignored);
}

enum class Found : std::uint8_t { nowhere, with_other_value, alike };

// Looks for a parameter among those of another URI. Where the name stands twice, one of them will do.
Found look_up(const UriPair& wanted, const Uri& uri, bool (*agree)(const UriPair&, const UriPair&)) {
    UriPairs pairs(uri.parameters(), ';');
    auto found = Found::nowhere;
    while (const auto pair = pairs.next()) {
        if (!same_component(pair->name, wanted.name, LetterCase::ignored)) continue;
        if (agree(*pair, wanted)) return Found::alike;
        found = Found::with_other_value;
    }
    return found;
}

bool is_decisive(std::string_view name) {
    static constexpr std::array<std::string_view, 5> decisive{"transport", "user", "ttl", "method", "maddr"};
    return std::ranges::any_of(decisive, [name](std::string_view other) {
        return same_component(name, other, LetterCase::ignored);
    });
}

// What stands in both is equal; what stands in one only is of no consequence, but for those that change where
// or how a request goes.
bool covers(const Uri& a, const Uri& b) {
    UriPairs pairs(a.parameters(), ';');
    while (const auto pair = pairs.next()) {
        const auto found = look_up(*pair, b, same_value);
        if (found == Found::with_other_value) return false;
        if (found == Found::nowhere && is_decisive(pair->name)) return false;
    }
    return true;
}

std::size_t count_headers(const UriPair& wanted, const Uri& uri) {
    UriPairs pairs(uri.headers(), '&');
    std::size_t count = 0;
    while (const auto pair = pairs.next())
        if (same_component(pair->name, wanted.name, LetterCase::ignored) && same_value(*pair, wanted))
            ++count;
    return count;
}

// Every header of a stands in b, and as often: a field such as Route may be there several times.
bool covers_headers(const Uri& a, const Uri& b) {
    UriPairs pairs(a.headers(), '&');
    while (const auto pair = pairs.next())
        if (count_headers(*pair, a) != count_headers(*pair, b)) return false;
    return true;
}

bool equivalent_sip(const Uri& a, const Uri& b) {
    return same(a.user(), b.user(), LetterCase::matters) &&
           same(a.password(), b.password(), LetterCase::matters) && a.host() == b.host() &&
           a.port() == b.port() && covers(a, b) && covers(b, a) && covers_headers(a, b) &&
           covers_headers(b, a);
}

std::string lower(std::string_view text) {
    std::string lowered(text);
    for (char& c : lowered) c = base::to_lower(c);
    return lowered;
}

std::string without_separators(std::string_view number) {
    static constexpr base::CharSet visual("-.()");
    std::string digits;
    for (const char c : number)
        if (!visual.has(c)) digits.push_back(base::to_lower(c));
    return digits;
}

// RFC 3966 §4: a phone-context that is a number, an extension and the number itself have visual separators.
bool same_tel_value(const UriPair& a, const UriPair& b) {
    if (!a.value || !b.value) return same_value(a, b);
    const bool is_number = base::equal_nocase(a.name, "ext") ||
                           (base::equal_nocase(a.name, "phone-context") && a.value->starts_with('+'));
    return is_number ? without_separators(*a.value) == without_separators(*b.value) : same_value(a, b);
}

bool covers_tel(const Uri& a, const Uri& b) {
    UriPairs pairs(a.parameters(), ';');
    while (const auto pair = pairs.next())
        if (look_up(*pair, b, same_tel_value) != Found::alike) return false;
    return true;
}

bool equivalent_tel(const Uri& a, const Uri& b) {
    return without_separators(a.number()) == without_separators(b.number()) && covers_tel(a, b) &&
           covers_tel(b, a);
}

std::string host_key(const Host& host) {
    if (!host.address)
        return lower(host.text.ends_with('.') ? host.text.substr(0, host.text.size() - 1) : host.text);
    if (host.address->family() == base::IpAddress::Family::v4) return base::printed(*host.address);
    return "[" + base::printed(*host.address) + "]";
}

std::string sip_key(const Uri& uri) {
    std::string key = "sip:";
    if (const auto user = uri.user()) key += escape_user(unescape(*user)) + "@";
    key += host_key(uri.host());
    const auto usual = default_port(uri.is_secure() ? Transport::tls : Transport::tcp);
    if (uri.port().value_or(usual) != usual) key += ":" + std::to_string(*uri.port());
    return key;
}

std::string tel_key(const Uri& uri) {
    auto key = "tel:" + without_separators(uri.number());
    const auto context = uri.is_global_number() ? std::nullopt : uri.parameter("phone-context");
    if (!context) return key;
    return key +
           ";phone-context=" + (context->starts_with('+') ? without_separators(*context) : lower(*context));
}

}  // namespace

bool equivalent(const Uri& a, const Uri& b) {
    if (a.scheme() != b.scheme()) return false;
    if (a.is_sip()) return equivalent_sip(a, b);
    if (a.scheme() == Uri::Scheme::tel) return equivalent_tel(a, b);
    return a.text() == b.text();
}

std::string address_of_record(const Uri& uri) {
    if (uri.is_sip()) return sip_key(uri);
    return uri.scheme() == Uri::Scheme::tel ? tel_key(uri) : std::string(uri.text());
}

std::string_view without_port(std::string_view address_of_record) {
    static constexpr std::string_view scheme = "sip:";
    if (!address_of_record.starts_with(scheme)) return address_of_record;
    const auto at = address_of_record.rfind('@');
    const auto host = at == address_of_record.npos ? scheme.size() : at + 1;
    const auto bracket = address_of_record.find(']', host);  // of an IPv6 address
    return address_of_record.substr(
        0, address_of_record.find(':', bracket == address_of_record.npos ? host : bracket));
}

}  // namespace almon::sip
