#include "almon/sip/name_addr.hpp"

namespace almon::sip {
namespace {

// RFC 3261 §20: an addr-spec outside <> holds no comma, semicolon or question mark.
constexpr base::CharSet addr_spec_end(",;? \t\r\n<>\"");

// display-name = *( token LWS ) / quoted-string. RFC 4475 §3.1.1.6: the last LWS may be missing.
Result<std::string_view> take_display_name(Scanner& in, const char* rule) {
    if (in.peek() == '"') {
        const auto quoted = take_quoted(in, rule);
        if (quoted) in.skip_lws();
        return quoted;
    }
    const auto from = in.position();
    std::string_view name;
    while (!in.take_while(chars::token).empty()) {
        name = in.since(from);
        in.skip_lws();
    }
    return name;
}

Result<void> read_uri(Scanner& in, bool bracketed, Uri& uri) {
    const auto start = in.offset();
    if (!bracketed) return uri.read(in.take_until(addr_spec_end), start);
    return uri.read(in.take_count(in.rest().find('>')), start);
}

}  // namespace

Result<void> NameAddr::read(Scanner& in, const char* rule) {
    const auto from = in.position();
    const auto name = take_display_name(in, rule);
    if (!name) return tl::unexpected(name.error());
    bracketed = in.take('<');
    if (!bracketed && name->starts_with('"')) return in.refuse(rule);
    if (bracketed) {
        display_name = *name;
    } else {
        in.rewind(from);
    }
    if (const auto read = read_uri(in, bracketed, uri); !read) return read;
    if (bracketed && !in.take('>')) return in.refuse(rule);
    return {};
}

void NameAddr::print(base::Printer& out) const {
    if (!display_name.empty()) out.put(display_name).put(' ');
    out.put('<').put(uri.text()).put('>');
}

}  // namespace almon::sip
