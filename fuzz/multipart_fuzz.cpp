// Bodies of several parts: the first line is the Content-Type, the rest the body. Parts are slices that lie
// where they say; written anew behind another boundary they are the same parts.
#include <array>

#include "almon/base/limits.hpp"
#include "almon/sip/multipart.hpp"
#include "fuzz/fuzzing.hpp"

using namespace almon;
using sip::BodyPart, sip::Message;
using Parts = std::vector<BodyPart>;

namespace {

constexpr std::string_view boundary = "almon";

std::string message_text(std::string_view type, std::string_view body) {
    std::string text = "MESSAGE sip:a SIP/2.0\r\nContent-Type: ";
    text.append(type).append("\r\nContent-Length: ").append(std::to_string(body.size()));
    return text.append("\r\n\r\n").append(body);
}

void check_part(const Message& message, const BodyPart& part, std::size_t depth) {
    ALMON_ASSERT(part.depth >= 1 && part.depth <= std::min(depth + 1, base::limits::body_depth));
    ALMON_ASSERT(part.header_at <= part.body_at);
    ALMON_ASSERT(message.octets().substr(part.header_at).starts_with(part.header));
    ALMON_ASSERT(message.octets().substr(part.body_at).starts_with(part.body));
    const auto type = part.find<sip::ContentType>();
    const auto text = part.field(sip::ContentType::name);
    ALMON_ASSERT(type && text && type->has_value() == text->has_value());
}

void check_parts(const Message& message, const Parts& parts) {
    ALMON_ASSERT(parts.size() <= base::limits::body_parts);
    std::size_t depth = 0;
    for (const auto& part : parts) {
        check_part(message, part, depth);
        depth = part.depth;
    }
}

void check_same(const Parts& a, const Parts& b) {
    ALMON_ASSERT(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i)
        ALMON_ASSERT(a[i].header == b[i].header && a[i].body == b[i].body && a[i].depth == b[i].depth);
}

// Those of the message's own body bring the others along.
void check_rewriting(const Parts& parts) {
    std::vector<sip::PartText> texts;
    for (const auto& part : parts)
        if (part.depth == 1) texts.push_back({part.header, part.body});
    static std::array<char, 1 << 17> buffer;
    base::Printer out{buffer};
    const auto written = sip::write_body_parts(out, boundary, texts);
    if (!written) return fuzz::check_error(written.error(), base::limits::message_octets);
    const auto message = Message::parse(message_text("multipart/mixed;boundary=almon", out.view()));
    ALMON_ASSERT(!out.overflowed() && message.has_value());
    const auto again = sip::read_body_parts(*message);
    ALMON_ASSERT(again.has_value());
    check_same(parts, *again);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    fuzz::Script script(fuzz::text_of(data, size));
    const auto type = script.line();
    const auto message = Message::parse(message_text(type, script.rest()));
    if (!message) return 0;
    const auto parts = sip::read_body_parts(*message);
    if (parts) {
        check_parts(*message, *parts);
        check_rewriting(*parts);
    } else {
        fuzz::check_error(parts.error(), message->octets().size());
    }
    return 0;
}
