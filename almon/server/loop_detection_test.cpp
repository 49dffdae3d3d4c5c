#include "almon/server/loop_detection.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace almon;
using namespace almon::server;

namespace {

struct Parts {
    std::string method = "INVITE", uri = "sip:bob@example.com", via = "SIP/2.0/UDP a;branch=z9hG4bK1",
                from_tag = "f", to = "<sip:bob@example.com>", call_id = "c", cseq = "1", more;
};

sip::Message message(const Parts& p) {
    return *sip::Message::parse(p.method + " " + p.uri + " SIP/2.0\r\nVia: " + p.via +
                                "\r\nFrom: <sip:a@b>;tag=" + p.from_tag + "\r\nTo: " + p.to +
                                "\r\nCall-ID: " + p.call_id + "\r\nCSeq: " + p.cseq + " " + p.method +
                                "\r\n" + p.more + "Content-Length: 0\r\n\r\n");
}

std::string mark(const Parts& parts, base::HashKey key = {1, 2}) {
    const auto request = message(parts);
    return std::string(LoopMark(key, request, *sip::read_envelope(request)).text());
}

}  // namespace

TEST_CASE("the mark depends on all that decides where a request goes, and on the key") {
    const std::set<std::string> marks{
        mark({}),
        mark({.uri = "sip:bob@example.org"}),
        mark({.from_tag = "g"}),
        mark({.to = "<sip:bob@example.com>;tag=t"}),
        mark({.call_id = "d"}),
        mark({.cseq = "2"}),
        mark({.more = "Route: <sip:p1;lr>\r\n"}),
        mark({.more = "Route: <sip:p2;lr>\r\n"}),
        mark({.more = "Proxy-Require: foo\r\n"}),
        mark({.more = "Proxy-Authorization: Digest "
                      "username=\"a\",realm=\"r\",nonce=\"n\",uri=\"u\",response=\"x\"\r\n"}),
        mark({}, {1, 3}),
    };
    CHECK(marks.size() == 11);
}

TEST_CASE("the mark is the same whatever the method, the Via fields and all else") {
    CHECK(mark({.method = "CANCEL"}) == mark({}));
    CHECK(mark({.via = "SIP/2.0/TCP other;branch=z9hG4bK9"}) == mark({}));
    CHECK(mark({.more = "Max-Forwards: 3\r\nSubject: x\r\n"}) == mark({}));
}

TEST_CASE("the mark is a token that may end a branch") {
    const auto text = mark({});
    CHECK(text.size() == 17);
    CHECK(text.find_first_not_of("~0123456789abcdef") == std::string::npos);
}

TEST_CASE("a request that comes back with its mark in any Via has looped") {
    const auto own = "SIP/2.0/UDP us;branch=z9hG4bKabc" + mark({});
    for (const auto& via :
         {own, "SIP/2.0/UDP next;branch=z9hG4bK2, " + own, "SIP/2.0/UDP next;branch=z9hG4bK2\r\nv: " + own}) {
        const auto request = message({.via = via});
        CHECK(LoopMark({1, 2}, request, *sip::read_envelope(request)).is_in_via_of(request));
    }
    const auto spiral = message({.uri = "sip:bob@desk.example.com", .via = own});
    CHECK_FALSE(LoopMark({1, 2}, spiral, *sip::read_envelope(spiral)).is_in_via_of(spiral));
}
