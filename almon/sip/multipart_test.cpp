#include "almon/sip/multipart.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <string>

#include "almon/base/limits.hpp"
#include "almon/sip/headers/content_disposition.hpp"

using namespace almon::sip;
namespace limits = almon::base::limits;

namespace {

constexpr auto rule = "RFC 2046 §5.1.1";

// A text in a multipart in a multipart, and an empty part.
constexpr std::string_view whole =
    "--b\r\nc: multipart/a;boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n--b\r\n\r\n\r\n--b--";

// A request whose body has that Content-Type; without a Content-Length the body is all that follows.
Message with_body(std::string_view type, std::string_view body) {
    auto text = "MESSAGE sip:b SIP/2.0\r\nContent-Type: " + std::string(type) + "\r\n\r\n";
    return Message::parse(text.append(body)).value();
}

// The parts of a multipart with the boundary "b": for each its depth, header and body.
std::string shown(const Message& message) {
    const auto parts = read_body_parts(message);
    REQUIRE(parts.has_value());
    std::string all;
    for (const auto& part : *parts)
        all +=
            std::to_string(part.depth) + '[' + std::string(part.header) + '|' + std::string(part.body) + ']';
    return all;
}
std::string shown(std::string_view body, std::string_view type = "multipart/mixed;boundary=b") {
    return shown(with_body(type, body));
}

// What is wrong with such a body, counted from its start; of the Content-Type, from its value's.
Error fault(std::string_view body, std::string_view type = "multipart/mixed;boundary=b") {
    CAPTURE(body);
    const auto message = with_body(type, body);
    const auto parts = read_body_parts(message);
    REQUIRE_FALSE(parts.has_value());
    auto error = parts.error();
    const auto body_at = message.offset_of(message.body());
    error.offset -= error.offset < body_at ? message.fields()[0].value_at : body_at;
    return error;
}
Error fault_of_type(std::string_view parameters) {
    return fault("--b\r\n\r\n--b--", "multipart/mixed" + std::string(parameters));
}
Error byte_at(std::size_t offset, const char* broken = rule) {
    return {Errc::unexpected_byte, offset, broken};
}
Error end_at(std::size_t offset, const char* broken = rule) {
    return {Errc::unexpected_end, offset, broken};
}

// A multipart with the boundary b<level>, whose one part is a multipart, and so on down to a text.
std::string nested(std::size_t levels, std::size_t level = 1) {
    const auto boundary = "b" + std::to_string(level);
    auto inside = std::string("\r\ntext");
    if (level < levels)
        inside = "Content-Type: multipart/mixed;boundary=b" + std::to_string(level + 1) + "\r\n\r\n" +
                 nested(levels, level + 1);
    return "--" + boundary + "\r\n" + inside + "\r\n--" + boundary + "--";
}
std::string empty_parts(std::size_t count) {
    std::string body;
    for (std::size_t i = 0; i < count; ++i) body += "--b\r\n\r\n\r\n";
    return body + "--b--";
}

std::string written(std::string_view boundary, std::span<const PartText> parts) {
    std::string text(1'000, '\0');
    almon::base::Printer out{text};
    REQUIRE(write_body_parts(out, boundary, parts).has_value());
    return std::string(out.view());
}
Error unwritable(std::string_view boundary, const PartText& part) {
    std::string text(1'000, '\0');
    almon::base::Printer out{text};
    const auto done = write_body_parts(out, boundary, {&part, 1});
    REQUIRE_FALSE(done.has_value());
    CHECK(out.size() == 0);
    return done.error();
}

}  // namespace

TEST_CASE("RFC 4475 §3.1.1.11: the binary part of mpart01 is there octet for octet") {
    std::ifstream in(ALMON_SOURCE_DIR "/tests/vectors/rfc4475/mpart01.dat", std::ios::binary);
    const std::string octets{std::istreambuf_iterator<char>(in), {}};
    const auto message = Message::parse(octets).value();
    const auto parts = read_body_parts(message);
    REQUIRE(parts.has_value());
    REQUIRE(parts->size() == 2);
    const auto &text = parts->front(), &binary = parts->back();
    CHECK(text.find<ContentType>().value()->is("text", "plain"));
    CHECK(text.body == "Hello");
    CHECK(binary.find<ContentType>().value()->is("application", "octet-stream"));
    CHECK(binary.field(HeaderName("Content-Transfer-Encoding")).value() == "binary");
    CHECK(binary.body.size() == 342);
    CHECK(std::count(binary.body.begin(), binary.body.end(), '\0') == 2);
    CHECK(binary.body.starts_with("0\x82\x01R\x06\x09*\x86H"));
    CHECK(binary.body.ends_with("\x94O\xe5{e\xbc\x99\xd0\x05"));
}

TEST_CASE("parts are slices of the message, and say where they stand") {
    const auto message = with_body("multipart/mixed;boundary=b", "--b\r\nA: 1\r\n\r\nbody\r\n--b--\r\n");
    const auto parts = read_body_parts(message).value();
    REQUIRE(parts.size() == 1);
    CHECK(parts[0].header_at == message.offset_of(parts[0].header));
    CHECK(parts[0].body_at == message.offset_of(parts[0].body));
    CHECK(message.octets().substr(parts[0].body_at, 4) == "body");
}

TEST_CASE("preamble and epilogue are ignored") {
    CHECK(shown("--b\r\n\r\nx\r\n--b--") == "1[|x]");
    CHECK(shown("Read me.\r\n -- b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\nThe end.\r\n--b\r\n\r\ny") == "1[|x]");
    CHECK(shown("\r\n--b\r\n\r\nx\r\n--b-- \t\r\n") == "1[|x]");
}

TEST_CASE("a part may have a header without a body, a body without a header, or neither") {
    CHECK(shown("--b\r\nA: 1\r\n\r\n--b--") == "1[A: 1\r\n|]");
    CHECK(shown("--b\r\nA: 1\r\n\r\n\r\n--b--") == "1[A: 1\r\n|]");
    CHECK(shown("--b\r\n\r\n\r\n--b--") == "1[|]");
    CHECK(shown("--b\r\n\r\n--b--") == "1[|]");
    CHECK(shown("--b \t\r\n\r\nx\r\n\r\n--b\r\n\r\n y\r\n--b--") == "1[|x\r\n]1[| y]");
}

TEST_CASE("only a line that begins with the delimiter ends a part") {
    CHECK(shown("--b\r\n\r\n-b --b\n--b--\r--b\r\n -b--\r\n--b--") == "1[|-b --b\n--b--\r--b\r\n -b--]");
    CHECK(shown("--b\r\nA: --b\r\n\r\n--b--") == "1[A: --b\r\n|]");
}

TEST_CASE("a boundary may stand in quotes, with blanks and marks, and be as long as 70 octets") {
    CHECK(shown("--a b:/?=_'\r\n\r\nx\r\n--a b:/?=_'--", "multipart/x;Boundary=\"a b:/?=_'\"") == "1[|x]");
    CHECK(shown("--ab\r\n\r\nx\r\n--ab--", "Multipart/X;boundary=\"a\\b\"") == "1[|x]");
    const std::string longest(70, 'b');
    CHECK(shown("--" + longest + "\r\n\r\nx\r\n--" + longest + "--", "multipart/x;boundary=" + longest) ==
          "1[|x]");
    CHECK(fault_of_type(";boundary=" + longest + 'b') == Error{Errc::too_large, 25, rule});
}

TEST_CASE("a Content-Type without a boundary that could be one is refused") {
    CHECK(fault_of_type("") == Error{Errc::missing_field, 0, "RFC 2046 §5.1.1 boundary"});
    CHECK(fault_of_type(";boundary") == Error{Errc::missing_field, 0, "RFC 2046 §5.1.1 boundary"});
    CHECK(fault_of_type(";boundary=\"\"") == end_at(26));
    CHECK(fault_of_type(";boundary=\"b;c\"") == byte_at(27));
    CHECK(fault_of_type(";boundary=b%") == byte_at(26));
    CHECK(fault_of_type(";boundary=\"b \"") == byte_at(27));
    CHECK(fault_of_type(";boundary=") == end_at(25, "RFC 3261 §20.15"));
}

TEST_CASE("a multipart without parts, or without its end, is refused") {
    CHECK(fault("") == end_at(0));
    CHECK(fault("text\r\n-b\r\n") == end_at(10));
    CHECK(fault("--b--\r\n") == Error{Errc::missing_field, 0, rule});
    CHECK(fault("--b\r\n\r\nx") == end_at(8));
    CHECK(fault("--b\r\n\r\nx\r\n--b") == end_at(13));
    CHECK(fault("--b\r\n\r\nx\r\n--b\r\n") == end_at(15));
    CHECK(fault("--b\r\n") == end_at(5));
}

TEST_CASE("a delimiter that goes on, or has no line end, is refused") {
    CHECK(fault("--bc\r\n\r\nx\r\n--b--") == byte_at(3));
    CHECK(fault("--b\n\r\nx\r\n--b--") == byte_at(3));
    CHECK(fault("--b\r\n\r\nx\r\n--b-\r\n") == byte_at(13));
    CHECK(fault("--b\r\n\r\nx\r\n--b--c\r\n") == byte_at(15));
    CHECK(fault("--b\r\n\r\nx\r\n--b--\n") == byte_at(15));
    CHECK(fault("--b\r\n--b\r\n\r\nx\r\n--b--") == byte_at(5));
}

TEST_CASE("a part with a malformed header is refused") {
    static constexpr auto field = "RFC 3261 §7.3.1";
    static constexpr auto line_end = "RFC 3261 §25.1 CRLF";
    CHECK(fault("--b\r\ntext\r\n\r\nx\r\n--b--") == byte_at(9, field));
    CHECK(fault("--b\r\n: x\r\n\r\nx\r\n--b--") == byte_at(5, field));
    CHECK(fault("--b\r\n A: x\r\n\r\nx\r\n--b--") == byte_at(6, field));
    CHECK(fault("--b\r\nA: x\n\r\nx\r\n--b--") == byte_at(9, line_end));
    CHECK(fault("--b\r\nA: x\rB: y\r\n\r\nx\r\n--b--") == byte_at(9, line_end));
    CHECK(fault("--b\r\nA: x\r\n--b--") == end_at(9, line_end));
    CHECK(fault("--b\r\nContent-Type: text\r\n\r\nx\r\n--b--") == end_at(23, "RFC 3261 §20.15"));
    CHECK(fault("--b\r\nC: a/b\r\ncontent-type: c/d\r\n\r\nx\r\n--b--") ==
          Error{Errc::repeated_field, 13, field});
}

TEST_CASE("the fields of a part are found under both names, folded or not") {
    const auto message =
        with_body("multipart/mixed;boundary=b",
                  "--b\r\nc :\r\n application/sdp\r\n ;x=y \r\nContent-ID: <1@h>\r\n"
                  "CONTENT-DISPOSITION: session;handling=optional\r\nEmpty:\r\n\r\n\r\n--b--");
    const auto part = read_body_parts(message).value().at(0);
    CHECK(part.find<ContentType>().value()->is("application", "sdp"));
    CHECK(part.find<ContentType>().value()->parameters.value("x") == "y");
    CHECK_FALSE(part.find<ContentDisposition>().value()->is_required());
    CHECK(part.field(HeaderName("Content-Id")).value() == "<1@h>");
    CHECK(part.field(HeaderName("Empty")).value() == "");
    CHECK(part.field(HeaderName("Content-Length")).value() == std::nullopt);
}

TEST_CASE("the value of a part is refused where it breaks in the message") {
    const auto message =
        with_body("multipart/mixed;boundary=b", "--b\r\nContent-Disposition: a b\r\n\r\n\r\n--b--");
    const auto found = read_body_parts(message).value().at(0).find<ContentDisposition>();
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error() == byte_at(message.octets().find("b\r\n\r\n\r\n"), "RFC 3261 §7.3.1"));
}

TEST_CASE("a multipart in a multipart stands before its parts") {
    const std::string_view inner = "--bc-\r\n\r\nx\r\n--bc-\r\n\r\ny\r\n--bc---";
    const auto body = "--b\r\n\r\n1\r\n--b\r\nc: multipart/a;boundary=bc-\r\n\r\n" + std::string(inner) +
                      "\r\n--b\r\n\r\n2\r\n--b--";
    // RFC 2046 §5.1.2: the boundary of the outer one is no beginning of the inner one's.
    CHECK(fault(body) == byte_at(body.find("c-\r\n\r\nx")));
    auto other = body;
    for (auto at = other.find("bc-"); at != other.npos; at = other.find("bc-")) other.replace(at, 3, "c-");
    CHECK(shown(other) ==
          "1[|1]1[c: multipart/a;boundary=c-\r\n|--c-\r\n\r\nx\r\n--c-\r\n\r\ny\r\n--c---]"
          "2[|x]2[|y]1[|2]");
}

TEST_CASE("a malformed multipart within is refused, at its place in the message") {
    CHECK(fault("--b\r\nc: multipart/a;boundary=c\r\n\r\n--c\r\n\r\nx\r\n--b--") == end_at(42));
    CHECK(fault("--b\r\nc: multipart/a\r\n\r\nx\r\n--b--") ==
          Error{Errc::missing_field, 8, "RFC 2046 §5.1.1 boundary"});
}

TEST_CASE("no multipart, or one that is compressed, has no parts to read") {
    CHECK(shown("--b\r\n\r\nx\r\n--b--", "text/plain;boundary=b").empty());
    CHECK(shown(Message::parse("MESSAGE sip:b SIP/2.0\r\n\r\n--b\r\n").value()).empty());
    CHECK(shown(Message::parse("MESSAGE sip:b SIP/2.0\r\nc:multipart/a;boundary=b\r\ne: gzip\r\n\r\n\x1f\x8b")
                    .value())
              .empty());
    CHECK(shown("--b\r\nc:multipart/a;boundary=c\r\ne: gzip\r\n\r\n\x1f\r\n--b--") ==
          "1[c:multipart/a;boundary=c\r\ne: gzip\r\n|\x1f]");
}

TEST_CASE("a body has at most limits::body_parts parts, those in parts counted") {
    CHECK(read_body_parts(with_body("multipart/a;boundary=b", empty_parts(limits::body_parts)))->size() ==
          limits::body_parts);
    const auto more = empty_parts(limits::body_parts + 1);
    CHECK(fault(more) == Error{Errc::too_large, more.size() - 9, "limits::body_parts"});
    auto inside = "--c\r\nc: multipart/a;boundary=b\r\n\r\n" + empty_parts(limits::body_parts) + "\r\n--c--";
    CHECK(fault(inside, "multipart/a;boundary=c").rule == std::string_view("limits::body_parts"));
}

TEST_CASE("multiparts nest to limits::body_depth") {
    const auto deepest = with_body("multipart/a;boundary=b1", nested(limits::body_depth));
    const auto parts = read_body_parts(deepest).value();
    CHECK(parts.size() == limits::body_depth);
    CHECK(parts.back().depth == limits::body_depth);
    CHECK(parts.back().body == "text");
    const auto deeper = nested(limits::body_depth + 1);
    CHECK(fault(deeper, "multipart/a;boundary=b1") ==
          Error{Errc::too_large, deeper.find("--b" + std::to_string(limits::body_depth + 1)),
                "limits::body_depth"});
}

TEST_CASE("however a body is cut, the cut is noticed") {
    REQUIRE(shown(whole).ends_with("2[|x]1[|]"));
    for (std::size_t size = 0; size < whole.size(); ++size)
        CHECK(fault(whole.substr(0, size)).offset <= size);
}

TEST_CASE("whatever octet is another one, parts lie in the body, and faults too") {
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const char other : std::string_view("\0\r\n -bc:\"", 9)) {
            CAPTURE(at);
            std::string changed(whole);
            changed[at] = other;
            const auto message = with_body("multipart/mixed;boundary=b", changed);
            const auto end = message.octets().size();
            const auto parts = read_body_parts(message);
            CHECK((parts || parts.error().offset <= end));
            for (const auto& part : parts.value_or(std::vector<BodyPart>()))
                CHECK((part.header_at <= part.body_at && part.body_at + part.body.size() <= end));
        }
    }
}

TEST_CASE("what is written is read again") {
    const std::string octets("\0\r\n\n--\r\n--b-", 12);
    const std::array<PartText, 2> parts{PartText{"Content-Type: text/plain\r\nA: 1\r\n 2\r\n", "x"},
                                        PartText{"", octets}};
    const auto body = written("b:", parts);
    CHECK(body == "--b:\r\nContent-Type: text/plain\r\nA: 1\r\n 2\r\n\r\nx\r\n--b:\r\n\r\n" + octets +
                      "\r\n--b:--\r\n");
    CHECK(shown(body, "multipart/mixed;boundary=\"b:\"") ==
          "1[Content-Type: text/plain\r\nA: 1\r\n 2\r\n|x]1[|" + octets + "]");
}

TEST_CASE("a boundary that is none, or stands in a part, is not written") {
    CHECK(unwritable("", {"", "x"}) == end_at(0));
    CHECK(unwritable("b;", {"", "x"}) == byte_at(1));
    CHECK(unwritable("b ", {"", "x"}) == byte_at(1));
    CHECK(unwritable(std::string(71, 'b'), {"", "x"}) == Error{Errc::too_large, 0, rule});
    CHECK(unwritable("b", {"", "text\r\n--bc"}) == byte_at(6));
    CHECK(unwritable("b", {"A: --b\r\n", ""}) == byte_at(3));
}

TEST_CASE("a part whose header is more or less than its fields is not written, nor no part") {
    CHECK(unwritable("b", {"A: 1", ""}) == end_at(4, "RFC 3261 §25.1 CRLF"));
    CHECK(unwritable("b", {"A: 1\r\n\r\n", ""}) == byte_at(6));
    CHECK(unwritable("b", {"text", ""}) == end_at(4, "RFC 3261 §7.3.1"));
    almon::base::Printer out{{}};
    CHECK(write_body_parts(out, "b", {}).error() == Error{Errc::missing_field, 0, rule});
}
