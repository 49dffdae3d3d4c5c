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
    return base::in_place<Uri>([&](Uri& uri) { return uri.read(text, origin); });
}

Result<void> Uri::read(std::string_view text, std::size_t origin) {
    Scanner in(text, origin);
    text_ = text;
    if (in.take("sip:")) {  // nearly all
        scheme_text_ = text.substr(0, 3);
        return read_sip(Scheme::sip, in);
    }
    if (!in.looking_at(base::chars::alpha)) return in.refuse("RFC 3261 §25.1 scheme");
    scheme_text_ = in.take_while(scheme_chars);
    if (!in.take(':')) return in.refuse("RFC 3261 §25.1 scheme");
    if (base::equal_nocase(scheme_text_, "sip")) return read_sip(Scheme::sip, in);
    if (base::equal_nocase(scheme_text_, "sips")) return read_sip(Scheme::sips, in);
    if (base::equal_nocase(scheme_text_, "tel")) return read_tel(in);
    return read_other(in);
}

// An "@" stands nowhere in a sip URI but behind the userinfo, so the first one decides.
Result<void> Uri::read_sip(Scheme scheme, Scanner& in) {
    scheme_ = scheme;
    if (in.rest().find('@') != std::string_view::npos)
        if (const auto userinfo = read_userinfo(in); !userinfo) return userinfo;
    if (const auto host = host_.read(in); !host) return host;
    if (in.take(':')) {
        const auto port = take_port(in);
        if (!port) return tl::unexpected(port.error());
        port_ = *port;
    }
    if (in.done()) return {};  // the usual case
    const auto parameters = take_parameters(in, "RFC 3261 §25.1 uri-parameters");
    if (!parameters) return tl::unexpected(parameters.error());
    parameters_ = *parameters;
    if (in.take('?')) {
        const auto headers = take_headers(in, "RFC 3261 §25.1 headers");
        if (!headers) return tl::unexpected(headers.error());
        headers_ = *headers;
    }
    if (!in.done()) return in.refuse("RFC 3261 §25.1 SIP-URI");
    return {};
}

Result<void> Uri::read_userinfo(Scanner& in) {
    has_user_ = true;
    user_ = take_escaped(in, chars::uri_user);
    if (user_.empty()) return in.refuse("RFC 3261 §25.1 user");
    has_password_ = in.take(':');
    if (has_password_) password_ = take_escaped(in, password_chars);
    if (!in.take('@')) return in.refuse("RFC 3261 §25.1 userinfo");
    return {};
}

Result<void> Uri::read_tel(Scanner& in) {
    static constexpr auto global_chars = base::chars::digit | visual_separators;
    static constexpr auto local_chars = base::chars::hex | visual_separators | base::CharSet("*#");
    scheme_ = Scheme::tel;
    const auto from = in.position();
    const bool is_global = in.take('+');
    const auto digits = in.take_while(is_global ? global_chars : local_chars);
    if (std::all_of(digits.begin(), digits.end(), [](char c) { return visual_separators.has(c); }))
        return in.refuse("RFC 3966 §3");
    user_ = in.since(from);
    const auto parameters = take_parameters(in, "RFC 3966 §3");
    if (!parameters) return tl::unexpected(parameters.error());
    parameters_ = *parameters;
    if (!in.done()) return in.refuse("RFC 3966 §3");
    if (!is_global && parameter("phone-context").value_or("").empty()) return in.refuse("RFC 3966 §5.1.5");
    return {};
}

Result<void> Uri::read_other(Scanner& in) {
    // Brackets: an IPv6 address in the authority (RFC 3986 §3.2.2).
    static constexpr auto uri_chars = chars::reserved | chars::unreserved | base::CharSet("[]");
    if (take_escaped(in, uri_chars).empty() || !in.done()) return in.refuse("RFC 3261 §25.1 absoluteURI");
    return {};
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
