#include "almon/sip/headers/call_id.hpp"

#include "almon/sip/headers/reading_test.hpp"

using namespace almon::sip;
using namespace almon::sip::test;

namespace {

constexpr auto rule = "RFC 3261 §20.8";

}  // namespace

TEST_CASE("a Call-ID is one word, or two with an at sign between") {
    for (const auto text : {"f81d4fae-7dec-11d0-a765-00a0c91e6bf6@foo.bar.com", "a84b4c76e66710",
                            "1@[2001:db8::1]", "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{", "a@b"})
        CHECK(reprint<CallId>(text) == text);
}

TEST_CASE("Call-IDs are compared octet for octet") {
    CHECK(read<CallId>("a@host") == CallId("a@host"));
    CHECK(read<CallId>("a@host") != CallId("A@host"));
    CHECK(read<CallId>("a@host") != CallId("a@HOST"));
    CHECK(read<CallId>("%61@host") != CallId("a@host"));
}

TEST_CASE("a Call-ID is found under both of its names, in any case") {
    for (const auto line : {"Call-ID: x@y\r\n", "call-id:x@y\r\n", "i: x@y\r\n", "I\t:\r\n x@y \r\n"}) {
        const auto with_line = message(line);
        CHECK(with_line.get<CallId>() == CallId("x@y"));
        CHECK(with_line.find<CallId>().value() == CallId("x@y"));
    }
    CHECK(is_absent<CallId>("Call-IDs: x\r\n"));
}

TEST_CASE("what is no Call-ID is refused where it breaks") {
    CHECK(fault<CallId>("") == end_at(0, rule));
    CHECK(fault<CallId>("@host") == byte_at(0, rule));
    CHECK(fault<CallId>("a@") == end_at(2, rule));
    CHECK(fault<CallId>("a@,b") == byte_at(2, rule));
    CHECK(fault<CallId>("\xc3\xa4") == byte_at(0, rule));
    CHECK(fault<CallId>("a@b@c") == byte_at(3, whole));
    CHECK(fault<CallId>("a b") == byte_at(2, whole));
    CHECK(fault<CallId>("a,b") == byte_at(1, whole));
    CHECK(fault<CallId>("a;b=c") == byte_at(1, whole));
    CHECK(fault<CallId>(std::string_view("a\0b", 3)) == byte_at(1, whole));
}
