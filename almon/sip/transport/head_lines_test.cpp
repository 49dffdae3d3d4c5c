#include "almon/sip/transport/head_lines.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "almon/sip/message.hpp"

namespace almon::sip {
namespace {

std::vector<std::string> fields(std::string_view octets) {
    std::vector<std::string> seen;
    HeadLines lines(octets);
    while (const auto line = lines.next()) {
        CHECK(octets.substr(line->value_at, line->value.size()) == line->value);
        seen.push_back(std::string(line->name) + '=' + std::string(line->value));
    }
    return seen;
}

using Fields = std::vector<std::string>;

}  // namespace

TEST_CASE("head lines: fields in order, names and values trimmed, up to the empty line") {
    constexpr auto octets = "OPTIONS sip:a SIP/2.0\r\nTo:  x \r\ni \t: 5@h\r\nEmpty:\r\n\r\nbody: no\r\n";
    CHECK(fields(octets) == Fields{"To=x", "i=5@h", "Empty="});
    CHECK(HeadLines(octets).start_line() == "OPTIONS sip:a SIP/2.0");
}

TEST_CASE("head lines: empty lines before the start line do not count") {
    CHECK(fields("\r\n\r\nBYE sip:a SIP/2.0\r\nTo: x\r\n\r\n") == Fields{"To=x"});
    CHECK(HeadLines("\r\n\r\nBYE sip:a SIP/2.0\r\n").start_line() == "BYE sip:a SIP/2.0");
    CHECK(HeadLines("\r\n\r\n").start_line().empty());
    CHECK(HeadLines("").start_line().empty());
}

TEST_CASE("head lines: a folded line belongs to its field, an empty line is never one") {
    CHECK(fields("X\r\nSubject: a\r\n\t b\r\nTo:\r\n c\r\n\r\n d: e") == Fields{"Subject=a\r\n\t b", "To=c"});
}

TEST_CASE("head lines: only CRLF ends a line") {
    CHECK(fields("X\r\nA: 1\nB: 2\r\nC: 3\rD: 4\r\n\r\n") == Fields{"A=1\nB: 2", "C=3\rD: 4"});
    CHECK(fields("X\r\nA: 1\n\nB: 2\r\n\r\n") == Fields{"A=1\n\nB: 2"});
}

TEST_CASE("head lines: what is no field is passed over, and cut octets end quietly") {
    CHECK(fields("X\r\n A: 1\r\nnonsense\r\nB: 2\r\n\r\n") == Fields{"B=2"});
    CHECK(fields("X\r\nA: 1\r\nB: 2") == Fields{"A=1", "B=2"});
    CHECK(fields("X").empty());
}

TEST_CASE("head lines: names are compared without case, the compact form is one letter") {
    const auto is_call_id = [](std::string_view name) {
        const auto octets = "X\r\n" + std::string(name) + ": 1\r\n";
        return HeadLines(octets).next().value().is(HeaderName("Call-ID", 'i'));
    };
    CHECK(is_call_id("Call-ID"));
    CHECK(is_call_id("cALL-id"));
    CHECK(is_call_id("i"));
    CHECK(is_call_id("I"));
    CHECK_FALSE(is_call_id("Call-IDs"));
    CHECK_FALSE(is_call_id("t"));
    CHECK_FALSE(is_call_id(""));
}

TEST_CASE("head lines: the fields of a good message are those that Message indexes") {
    constexpr auto octets =
        "\r\nINVITE sip:vivekg@example.com SIP/2.0\r\nTO :\r\n sip:vivekg@example.com ;   tag    = 19\r\n"
        "from   : x <sip:a@b>\r\n  ;\r\n  tag = 98\r\nNewFangled:   value\r\n continued\r\nl: 4\r\n\r\nbody";
    const auto message = Message::parse(octets);
    REQUIRE(message);
    Fields indexed;
    for (const auto& field : message->fields())
        indexed.push_back(std::string(message->name(field)) + '=' + std::string(message->value(field)));
    CHECK(fields(octets) == indexed);
}

}  // namespace almon::sip
