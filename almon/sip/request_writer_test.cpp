#include "almon/sip/request_writer.hpp"

#include <doctest/doctest.h>

#include <string>

#include "almon/sip/envelope.hpp"

using namespace almon::sip;

namespace {

constexpr std::string_view invite_text =
    "INVITE sip:bob@biloxi.com;transport=udp SIP/2.0\r\nv: SIP/2.0/UDP h;branch=z9hG4bKx ,\r\n SIP/2.0/UDP "
    "i\r\n"
    "Via: SIP/2.0/UDP j\r\nRoute: <sip:p1;lr>, <sip:p2;lr>\r\nt: Bob <sip:bob@biloxi.com>\r\nSubject: x\r\n"
    "f: Alice <sip:alice@atlanta.com>;tag=88sja8x\r\nroute: <sip:p3;lr>\r\nMax-Forwards: 5\r\ni: "
    "987asjd97y7atg\r\n"
    "Proxy-Require: foo\r\nCSeq: 0986759 INVITE\r\nContent-Type: application/sdp\r\nl: 5\r\n\r\nv=0\r\n";

Message invite() {
    return Message::parse(invite_text).value();
}
Message refusal(std::string_view to) {
    return Message::parse(
               "SIP/2.0 486 Busy Here\r\nVia: SIP/2.0/UDP other;branch=no\r\nFrom: <sip:no@no>\r\nt: " +
               std::string(to) + "\r\nCall-ID: no\r\nCSeq: 1 NO\r\nRoute: <sip:no>\r\n\r\n")
        .value();
}

std::string ack(const Message& invite, const Message& response) {
    std::string text(2048, '\0');
    almon::base::Printer out{text};
    write_ack(invite, response, out);
    return std::string(out.view());
}
std::string cancel(const Message& invite) {
    std::string text(2048, '\0');
    almon::base::Printer out{text};
    write_cancel(invite, out);
    return std::string(out.view());
}

}  // namespace

TEST_CASE("the ACK for a 486 repeats the Route, has one Via, and the To of the response") {
    CHECK(ack(invite(), refusal("Bob <sip:bob@biloxi.com>;tag=99sa0xk")) ==
          "ACK sip:bob@biloxi.com;transport=udp SIP/2.0\r\n"
          "Via: SIP/2.0/UDP h;branch=z9hG4bKx\r\n"
          "Route: <sip:p1;lr>, <sip:p2;lr>\r\n"
          "Route: <sip:p3;lr>\r\n"
          "Max-Forwards: 70\r\n"
          "From: Alice <sip:alice@atlanta.com>;tag=88sja8x\r\n"
          "To: Bob <sip:bob@biloxi.com>;tag=99sa0xk\r\n"
          "Call-ID: 987asjd97y7atg\r\n"
          "CSeq: 986759 ACK\r\n"
          "Content-Length: 0\r\n\r\n");
}

TEST_CASE("the CANCEL is the INVITE's in all that names it, and has the To without a tag") {
    CHECK(cancel(invite()) ==
          "CANCEL sip:bob@biloxi.com;transport=udp SIP/2.0\r\n"
          "Via: SIP/2.0/UDP h;branch=z9hG4bKx\r\n"
          "Route: <sip:p1;lr>, <sip:p2;lr>\r\n"
          "Route: <sip:p3;lr>\r\n"
          "Max-Forwards: 70\r\n"
          "From: Alice <sip:alice@atlanta.com>;tag=88sja8x\r\n"
          "To: Bob <sip:bob@biloxi.com>\r\n"
          "Call-ID: 987asjd97y7atg\r\n"
          "CSeq: 986759 CANCEL\r\n"
          "Content-Length: 0\r\n\r\n");
}

TEST_CASE("an ACK and a CANCEL have the envelope of their INVITE, but for the method") {
    const auto original = invite();
    const auto wanted = read_envelope(original).value();
    for (const auto& text : {ack(original, refusal("<sip:bob@biloxi.com>;tag=1")), cancel(original)}) {
        const auto sibling = Message::parse(text, Message::Ends::with_content_length).value();
        const auto envelope = read_envelope(sibling).value();
        CHECK(envelope.via.branch == wanted.via.branch);
        CHECK(envelope.from_tag == wanted.from_tag);
        CHECK(envelope.call_id == wanted.call_id);
        CHECK(envelope.cseq.number == wanted.cseq.number);
        CHECK(envelope.cseq.method == sibling.method());
        CHECK(sibling.count(Via::name) == 1);
    }
}

TEST_CASE("without a Route in the INVITE there is none in its siblings") {
    const auto plain =
        Message::parse(
            "INVITE sip:b SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: <sip:a>\r\nTo: <sip:b>;tag=re\r\n"
            "Call-ID: 1\r\nCSeq: 2147483647 INVITE\r\n\r\n")
            .value();
    CHECK(cancel(plain) ==
          "CANCEL sip:b SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nMax-Forwards: 70\r\nFrom: <sip:a>\r\nTo: "
          "<sip:b>;tag=re\r\n"
          "Call-ID: 1\r\nCSeq: 2147483647 CANCEL\r\nContent-Length: 0\r\n\r\n");
}
