#include "almon/sip/multipart.hpp"

#include <string>
#include <utility>

#include "almon/base/limits.hpp"

namespace almon::sip {
namespace {

constexpr auto rule = "RFC 2046 §5.1.1";
constexpr HeaderName content_encoding{"Content-Encoding", 'e'};
constexpr base::CharSet line_ends("\r\n");

struct PartField {
    std::string_view name, value;
};

std::string_view trimmed(std::string_view text) {
    static constexpr auto blank = base::chars::wsp | line_ends;
    while (!text.empty() && blank.has(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank.has(text.back())) text.remove_suffix(1);
    return text;
}

// One field with its CRLF. Lines that begin with a blank continue it (RFC 3261 §7.3.1).
Result<PartField> take_field(Scanner& in) {
    const auto name = in.take_while(chars::token);
    in.take_while(base::chars::wsp);
    if (name.empty() || !in.take(':')) return in.refuse("RFC 3261 §7.3.1");
    const auto from = in.position();
    do {
        in.take_until(line_ends);
        if (!in.take("\r\n")) return in.refuse("RFC 3261 §25.1 CRLF");
    } while (in.looking_at(base::chars::wsp));
    return PartField{name, trimmed(in.since(from))};
}

// Fields up to an empty line or the end.
Result<std::string_view> take_header(Scanner& in) {
    const auto from = in.position();
    while (!in.done() && !in.rest().starts_with("\r\n"))
        if (const auto field = take_field(in); !field) return tl::unexpected(field.error());
    return in.since(from);
}

Result<void> check_boundary(std::string_view boundary, std::size_t offset) {
    static constexpr std::size_t most = 70;
    static constexpr auto boundary_chars = base::chars::alphanum | base::CharSet("'()+_,-./:=? ");
    if (boundary.size() > most) return base::fail(Errc::too_large, offset, rule);
    Scanner in(boundary, offset);
    in.take_while(boundary_chars);
    if (boundary.empty() || !in.done()) return in.refuse(rule);
    if (boundary.ends_with(' ')) return base::fail(Errc::unexpected_byte, in.offset() - 1, rule);
    return {};
}

// Where a line begins with the delimiter; npos when none does. What the line says behind it is not looked at:
// a part holds no such line (RFC 2046 §5.1.1).
std::size_t find_delimiter(std::string_view text, std::string_view delimiter) {
    auto at = text.find(delimiter);
    while (at != text.npos && at > 0 && !text.substr(0, at).ends_with("\r\n"))
        at = text.find(delimiter, at + 1);
    return at;
}

// The line of a delimiter: true when it is the last, behind which there may be no line end either.
Result<bool> take_delimiter(Scanner& in, std::string_view delimiter) {
    in.take(delimiter);
    const bool is_last = in.take("--");
    in.take_while(base::chars::wsp);
    if (!in.take("\r\n") && !(is_last && in.done())) return in.refuse(rule);
    return is_last;
}

class Reader {
 public:
    Reader(const Message& message, std::vector<BodyPart>& parts) : message_(message), parts_(parts) {}

    Result<void> read(std::string_view body, const ContentType& type, std::size_t depth = 1) {
        Scanner in(body, message_.offset_of(body));
        if (depth > base::limits::body_depth)
            return base::fail(Errc::too_large, in.offset(), "limits::body_depth");
        const auto boundary = boundary_of(type);
        if (!boundary) return tl::unexpected(boundary.error());
        const auto delimiter = "--" + *boundary;
        in.take_count(find_delimiter(body, delimiter));
        const auto first = in.offset();
        auto is_last = take_delimiter(in, delimiter);
        if (is_last && *is_last) return base::fail(Errc::missing_field, first, rule);
        while (is_last && !*is_last) {
            const auto part = take_part(in, delimiter);
            if (!part) return tl::unexpected(part.error());
            is_last = take_delimiter(in, delimiter);
            if (!is_last) break;
            if (const auto added = add(*part, depth); !added) return added;
        }
        return is_last.map([](bool) {});
    }

 private:
    Result<std::string> boundary_of(const ContentType& type) const {
        const auto value = type.parameters.value("boundary");
        if (!value)
            return base::fail(Errc::missing_field, message_.offset_of(type.type), "RFC 2046 §5.1.1 boundary");
        auto boundary = type.boundary();
        const auto inside = message_.offset_of(*value) + (value->starts_with('"') ? 1 : 0);
        return check_boundary(boundary, inside).map([&] { return std::move(boundary); });
    }

    // Up to the next delimiter, to which the line end before it belongs.
    static Result<Scanner> take_part(Scanner& in, std::string_view delimiter) {
        const auto end = find_delimiter(in.rest(), delimiter);
        if (end == 0) return in.refuse(rule);
        const auto offset = in.offset();
        const auto text = in.take_count(end);
        if (in.done()) return in.refuse(rule);
        return Scanner(text.substr(0, text.size() - 2), offset);
    }
    Result<void> add(Scanner in, std::size_t depth) {
        const auto at = in.offset();
        if (parts_.size() == base::limits::body_parts)
            return base::fail(Errc::too_large, at, "limits::body_parts");
        const auto header = take_header(in);
        if (!header) return tl::unexpected(header.error());
        in.take("\r\n");
        parts_.push_back({*header, in.rest(), at, in.offset(), depth});
        return add_parts_of(BodyPart(parts_.back()));
    }
    Result<void> add_parts_of(const BodyPart& part) {
        const auto type = part.find<ContentType>();
        if (!type) return tl::unexpected(type.error());
        const auto encoding = part.field(content_encoding);
        if (!encoding) return tl::unexpected(encoding.error());
        if (!*type || !(*type)->is_multipart() || *encoding) return {};
        return read(part.body, **type, part.depth + 1);
    }

    const Message& message_;
    std::vector<BodyPart>& parts_;
};

Result<void> check_part(const PartText& part, std::string_view delimiter) {
    Scanner in(part.header);
    if (const auto header = take_header(in); !header) return tl::unexpected(header.error());
    if (!in.done()) return in.refuse(rule);
    for (const auto text : {part.header, part.body})
        if (const auto at = text.find(delimiter); at != text.npos)
            return base::fail(Errc::unexpected_byte, at, rule);
    return {};
}

}  // namespace

Result<std::optional<std::string_view>> BodyPart::field(HeaderName name) const {
    Scanner in(header, header_at);
    std::optional<std::string_view> value;
    while (!in.done()) {
        const auto start = in.offset();
        const auto next = take_field(in);
        if (!next) return tl::unexpected(next.error());
        if (!name.matches(next->name)) continue;
        if (value) return base::fail(Errc::repeated_field, start, "RFC 3261 §7.3.1");
        value = next->value;
    }
    return value;
}

Result<std::vector<BodyPart>> read_body_parts(const Message& message) {
    const auto type = message.find<ContentType>();
    if (!type) return tl::unexpected(type.error());
    if (!*type || !(*type)->is_multipart() || message.has(content_encoding)) return {};
    std::vector<BodyPart> parts;
    const auto read = Reader(message, parts).read(message.body(), **type);
    return read.map([&] { return std::move(parts); });
}

Result<void> write_body_parts(base::Printer& out, std::string_view boundary,
                              std::span<const PartText> parts) {
    if (const auto checked = check_boundary(boundary, 0); !checked) return checked;
    if (parts.empty()) return base::fail(Errc::missing_field, 0, rule);
    const auto delimiter = "--" + std::string(boundary);
    for (const auto& part : parts)
        if (const auto checked = check_part(part, delimiter); !checked) return checked;
    for (const auto& part : parts)
        out.put(delimiter).put("\r\n").put(part.header).put("\r\n").put(part.body).put("\r\n");
    out.put(delimiter).put("--\r\n");
    return {};
}

}  // namespace almon::sip
