// Bodies of several parts (RFC 3261 §7.4.1, RFC 2046 §5.1, RFC 5621 §3). Parts are slices of the message;
// their typed values are parsed on demand, like those of the message itself.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "almon/base/printer.hpp"
#include "almon/sip/headers/content_type.hpp"
#include "almon/sip/message.hpp"

namespace almon::sip {

struct BodyPart {
    std::string_view header;  // its fields, each a line with its CRLF; may be empty
    std::string_view body;    // any octets
    std::size_t header_at;    // where the header stands in the message
    std::size_t body_at;      // and where the body does
    std::size_t depth;        // 1 for a part of the message's body, 2 for a part of such a part

    // The value of that field as it stands, trimmed. Two of a name are refused: who reads the first and who
    // reads the last would see different parts.
    [[nodiscard]] Result<std::optional<std::string_view>> field(HeaderName name) const;
    // The same, parsed; nullopt when it is absent. A part without a Content-Type is text/plain.
    template <class Header>
    [[nodiscard]] Result<std::optional<Header>> find() const;
};

// All parts of the body in order, a multipart before those in it; at most limits::body_parts, nested to
// limits::body_depth. None when the body is no multipart, or is compressed (Content-Encoding). The text
// before the first boundary and behind the last is ignored (RFC 2046 §5.1.1).
[[nodiscard]] Result<std::vector<BodyPart>> read_body_parts(const Message& message);

// What a part is made of: field lines, each with its CRLF, and any octets.
struct PartText {
    std::string_view header, body;
};

// Writes a multipart body; its Content-Type has to name the boundary, in quotes unless it is a token. A
// boundary that is none, or that occurs in a part, is refused: another one will do. Offsets in errors are
// those in the boundary or part.
[[nodiscard]] Result<void> write_body_parts(base::Printer& out, std::string_view boundary,
                                            std::span<const PartText> parts);

template <class Header>
Result<std::optional<Header>> BodyPart::find() const {
    const auto text = field(Header::name);
    if (!text) return tl::unexpected(text.error());
    if (!*text) return std::optional<Header>();
    Scanner in(**text, header_at + static_cast<std::size_t>((*text)->data() - header.data()));
    return parse_value<Header>(in).map([](const Header& value) { return std::optional<Header>(value); });
}

}  // namespace almon::sip
