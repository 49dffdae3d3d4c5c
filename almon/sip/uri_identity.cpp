// When two URIs are the same, and under which key an address-of-record is kept.
#include <array>
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

std::optional<UriPair> find_pair(std::string_view pairs, char separator, std::string_view name) {
    UriPairs all(pairs, separator);
    while (auto pair = all.next())
        if (same_component(pair->name, name, LetterCase::ignored)) return pair;
    return {};
}

// What stands in both is equal; what stands in one only is of no consequence, but for those that change where
// or how a request goes.
bool covers(const Uri& a, const Uri& b) {
    static constexpr std::array<std::string_view, 5> decisive{"transport", "user", "ttl", "method", "maddr"};
    UriPairs pairs(a.parameters(), ';');
    while (const auto pair = pairs.next()) {
        const auto other = find_pair(b.parameters(), ';', pair->name);
        if (other && !same(pair->value, other->value, LetterCase::ignored)) return false;
        if (other) continue;
        for (const auto name : decisive)
            if (same_component(pair->name, name, LetterCase::ignored)) return false;
    }
    return true;
}

// Every pair of a has an equal one in b.
bool contains_all(std::string_view a, std::string_view b, char separator) {
    UriPairs pairs(a, separator);
    while (const auto pair = pairs.next()) {
        const auto other = find_pair(b, separator, pair->name);
        if (!other || !same(pair->value, other->value, LetterCase::ignored)) return false;
    }
    return true;
}

bool equivalent_sip(const Uri& a, const Uri& b) {
    return same(a.user(), b.user(), LetterCase::matters) &&
           same(a.password(), b.password(), LetterCase::matters) && a.host() == b.host() &&
           a.port() == b.port() && covers(a, b) && covers(b, a) &&
           contains_all(a.headers(), b.headers(), '&') && contains_all(b.headers(), a.headers(), '&');
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
bool same_tel_value(std::string_view name, const Text& a, const Text& b) {
    const bool is_number = base::equal_nocase(name, "ext") ||
                           (base::equal_nocase(name, "phone-context") && a && a->starts_with('+'));
    if (is_number && a && b) return without_separators(*a) == without_separators(*b);
    return same(a, b, LetterCase::ignored);
}

bool covers_tel(const Uri& a, const Uri& b) {
    UriPairs pairs(a.parameters(), ';');
    while (const auto pair = pairs.next()) {
        const auto other = find_pair(b.parameters(), ';', pair->name);
        if (!other || !same_tel_value(pair->name, pair->value, other->value)) return false;
    }
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
    const auto at = address_of_record.rfind('@');
    if (at == address_of_record.npos) return address_of_record;
    const auto bracket = address_of_record.find(']', at);  // of an IPv6 address
    return address_of_record.substr(
        0, address_of_record.find(':', bracket == address_of_record.npos ? at : bracket));
}

}  // namespace almon::sip
