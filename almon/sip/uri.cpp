#include "almon/sip/uri.hpp"

#include <algorithm>

#include "almon/base/limits.hpp"

namespace almon::sip {
namespace {

constexpr auto password_chars = chars::unreserved | base::CharSet("&=+$,");
constexpr auto scheme_chars = base::chars::alphanum | base::CharSet("+-.");
constexpr base::CharSet visual_separators("-.()");

// *( ";" pname [ "=" pvalue ] ), neither part empty.
Result<std::string_view> take_parameters(Scanner& in, const char* rule) {
    const auto from = in.position();
    for (std::size_t count = 0; in.take(';'); ++count) {
        if (count == base::limits::parameters)
            return base::fail(Errc::too_large, in.offset(), "limits::parameters");
        if (take_escaped(in, chars::uri_parameter).empty()) return in.refuse(rule);
        if (in.take('=') && take_escaped(in, chars::uri_parameter).empty()) return in.refuse(rule);
    }
    return in.since(from);
}

// header *( "&" header ): a name, "=", a value that may be empty.
Result<std::string_view> take_headers(Scanner& in, const char* rule) {
    const auto from = in.position();
    std::size_t count = 0;
    do {
        if (count++ == base::limits::parameters)
            return base::fail(Errc::too_large, in.offset(), "limits::parameters");
        if (take_escaped(in, chars::uri_header).empty() || !in.take('=')) return in.refuse(rule);
        take_escaped(in, chars::uri_header);
    } while (in.take('&'));
    return in.since(from);
}

}  // namespace

Result<Uri> Uri::parse(std::string_view text, std::size_t origin) {
    Scanner in(text, origin);
    Uri uri;
    uri.text_ = text;
    if (in.take("sip:")) {  // nearly all
        uri.scheme_text_ = text.substr(0, 3);
        return parse_sip(Scheme::sip, uri, in);
    }
    if (!in.looking_at(base::chars::alpha)) return in.refuse("RFC 3261 §25.1 scheme");
    uri.scheme_text_ = in.take_while(scheme_chars);
    if (!in.take(':')) return in.refuse("RFC 3261 §25.1 scheme");
    if (base::equal_nocase(uri.scheme_text_, "sip")) return parse_sip(Scheme::sip, uri, in);
    if (base::equal_nocase(uri.scheme_text_, "sips")) return parse_sip(Scheme::sips, uri, in);
    if (base::equal_nocase(uri.scheme_text_, "tel")) return parse_tel(uri, in);
    return parse_other(uri, in);
}

// An "@" stands nowhere in a sip URI but behind the userinfo, so the first one decides.
Result<Uri> Uri::parse_sip(Scheme scheme, Uri& uri, Scanner in) {
    uri.scheme_ = scheme;
    if (in.rest().find('@') != std::string_view::npos) {
        uri.has_user_ = true;
        uri.user_ = take_escaped(in, chars::uri_user);
        if (uri.user_.empty()) return in.refuse("RFC 3261 §25.1 user");
        uri.has_password_ = in.take(':');
        if (uri.has_password_) uri.password_ = take_escaped(in, password_chars);
        if (!in.take('@')) return in.refuse("RFC 3261 §25.1 userinfo");
    }
    const auto host = Host::parse(in);
    if (!host) return tl::unexpected(host.error());
    uri.host_ = *host;
    if (in.take(':')) {
        const auto port = take_port(in);
        if (!port) return tl::unexpected(port.error());
        uri.port_ = *port;
    }
    const auto parameters = take_parameters(in, "RFC 3261 §25.1 uri-parameters");
    if (!parameters) return tl::unexpected(parameters.error());
    uri.parameters_ = *parameters;
    if (in.take('?')) {
        const auto headers = take_headers(in, "RFC 3261 §25.1 headers");
        if (!headers) return tl::unexpected(headers.error());
        uri.headers_ = *headers;
    }
    if (!in.done()) return in.refuse("RFC 3261 §25.1 SIP-URI");
    return uri;
}

Result<Uri> Uri::parse_tel(Uri& uri, Scanner in) {
    static constexpr auto global_chars = base::chars::digit | visual_separators;
    static constexpr auto local_chars = base::chars::hex | visual_separators | base::CharSet("*#");
    uri.scheme_ = Scheme::tel;
    const auto from = in.position();
    const bool is_global = in.take('+');
    const auto digits = in.take_while(is_global ? global_chars : local_chars);
    if (std::all_of(digits.begin(), digits.end(), [](char c) { return visual_separators.has(c); }))
        return in.refuse("RFC 3966 §3");
    uri.user_ = in.since(from);
    const auto parameters = take_parameters(in, "RFC 3966 §3");
    if (!parameters) return tl::unexpected(parameters.error());
    uri.parameters_ = *parameters;
    if (!in.done()) return in.refuse("RFC 3966 §3");
    if (!is_global && uri.parameter("phone-context").value_or("").empty())
        return in.refuse("RFC 3966 §5.1.5");
    return uri;
}

Result<Uri> Uri::parse_other(Uri& uri, Scanner in) {
    // Brackets: an IPv6 address in the authority (RFC 3986 §3.2.2).
    static constexpr auto uri_chars = chars::reserved | chars::unreserved | base::CharSet("[]");
    if (take_escaped(in, uri_chars).empty() || !in.done()) return in.refuse("RFC 3261 §25.1 absoluteURI");
    return uri;
}

std::optional<std::string_view> Uri::user() const {
    return has_user_ ? std::optional(user_) : std::nullopt;
}
std::optional<std::string_view> Uri::password() const {
    return has_password_ ? std::optional(password_) : std::nullopt;
}

std::optional<std::string_view> Uri::parameter(std::string_view name) const {
    UriPairs pairs(parameters_, ';');
    while (const auto pair = pairs.next())
        if (same_component(pair->name, name, LetterCase::ignored)) return pair->value.value_or("");
    return {};
}

}  // namespace almon::sip
