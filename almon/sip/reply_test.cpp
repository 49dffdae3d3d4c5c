#include "almon/sip/reply.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace almon::sip;

namespace {

constexpr std::string_view via_to_cseq =
    "v: SIP/2.0/UDP a;branch=z9hG4bK1;received=192.0.2.1 , SIP/2.0/TCP b\r\nMax-Forwards: 70\r\n"
    "Record-Route: <sip:p1;lr>, <sip:p2;lr>\r\nVIA:\r\n SIP/2.0/UDP c\r\nTo: Bob <sip:b@h>\r\n"
    "f: <sip:a@h>;tag=9\r\nRecord-Route: <sip:p3;lr>\r\ni: 5@h\r\nTimestamp: 54\r\nCSeq:  "
    "1\tINVITE\r\nX-Odd: 1\r\n";

std::string answer(std::string_view octets, const Reply& reply) {
    Message request;
    (void)request.assign(octets);
    std::string text(4096, '\0');
    almon::base::Printer out{text};
    write_reply(request, reply, out);
    REQUIRE_FALSE(out.overflowed());
    return std::string(out.view());
}
std::string answer(const Reply& reply) {
    return answer("INVITE sip:b@h SIP/2.0\r\n" + std::string(via_to_cseq) + "l: 4\r\n\r\nbody", reply);
}

// The value of To in the answer to a request with this one.
std::string to_in_answer(std::string_view to, const Reply& reply) {
    const auto text = answer("BYE sip:b SIP/2.0\r\nt: " + std::string(to) + "\r\n\r\n", reply);
    const auto message = Message::parse(text, Message::Ends::with_content_length).value();
    REQUIRE(message.count(To::name) == 1);
    return std::string(message.value(*message.find_field(To::name)));
}

}  // namespace

TEST_CASE("a response repeats Via, From, To, Call-ID and CSeq as they stand, under their full names") {
    CHECK(answer({.status = status::busy_here, .to_tag = Tag("7")}) ==
          "SIP/2.0 486 Busy Here\r\n"
          "Via: SIP/2.0/UDP a;branch=z9hG4bK1;received=192.0.2.1 , SIP/2.0/TCP b\r\n"
          "Via: SIP/2.0/UDP c\r\n"
          "From: <sip:a@h>;tag=9\r\n"
          "To: Bob <sip:b@h>;tag=7\r\n"
          "Call-ID: 5@h\r\n"
          "CSeq: 1\tINVITE\r\n"
          "Content-Length: 0\r\n\r\n");
}

TEST_CASE("a 100 repeats Timestamp and gets no tag; other responses repeat no Timestamp") {
    const auto trying = answer({.status = status::trying, .to_tag = Tag("7")});
    CHECK(trying.starts_with("SIP/2.0 100 Trying\r\n"));
    CHECK(trying.find("\r\nTimestamp: 54\r\n") != trying.npos);
    CHECK(trying.find("\r\nTo: Bob <sip:b@h>\r\n") != trying.npos);
    CHECK(answer({.status = status::ringing}).find("Timestamp") == std::string::npos);
}

TEST_CASE("To gets a tag when it has none, and keeps its own") {
    const Reply tagged{.status = status::not_found, .to_tag = Tag("new")};
    CHECK(to_in_answer("<sip:b@h>", tagged) == "<sip:b@h>;tag=new");
    CHECK(to_in_answer("sip:b@h;x=1", tagged) == "sip:b@h;x=1;tag=new");
    CHECK(to_in_answer("<sip:b@h;tag=uri>", tagged) == "<sip:b@h;tag=uri>;tag=new");
    CHECK(to_in_answer("<sip:b@h>;tag=old", tagged) == "<sip:b@h>;tag=old");
    CHECK(to_in_answer("<sip:b@h>\r\n ;TAG = old", tagged) == "<sip:b@h>\r\n ;TAG = old");
    CHECK(to_in_answer("<sip:b@h>", {.status = status::not_found}) == "<sip:b@h>");
}

TEST_CASE("a To that cannot be read comes back as it was, without a tag") {
    const Reply tagged{.status = status::bad_request, .to_tag = Tag("new")};
    CHECK(to_in_answer("\"Bob <sip:b@h>", tagged) == "\"Bob <sip:b@h>");
    CHECK(to_in_answer("<sip:b@h>;tag", tagged) == "<sip:b@h>;tag");
    CHECK(to_in_answer("<sip:b@h>, <sip:c@h>", tagged) == "<sip:b@h>, <sip:c@h>");
}

TEST_CASE("Record-Route is repeated, all of it and in order, only in what makes a dialog") {
    const auto making = answer({.status = status::ringing, .keep_record_route = true});
    CHECK(making.find("\r\nRecord-Route: <sip:p1;lr>, <sip:p2;lr>\r\nRecord-Route: <sip:p3;lr>\r\nFrom: ") !=
          making.npos);
    CHECK(answer({.status = status::ringing}).find("Record-Route") == std::string::npos);
}

TEST_CASE("the reason phrase is the standard's unless another one is given") {
    CHECK(answer({}).starts_with("SIP/2.0 200 OK\r\n"));
    CHECK(answer({.status = status::decline, .reason = "Not Now"}).starts_with("SIP/2.0 603 Not Now\r\n"));
    CHECK(answer({.status = Status(499)}).starts_with("SIP/2.0 499 Bad Request\r\n"));
}

TEST_CASE("further fields stand before the body, which is as long as Content-Length says") {
    const auto full = answer({.fields = "Contact: <sip:b@h>\r\nExpires: 60\r\n",
                              .content_type = "application/sdp",
                              .body = "v=0\r\n"});
    CHECK(
        full.ends_with("CSeq: 1\tINVITE\r\nContact: <sip:b@h>\r\nExpires: 60\r\n"
                       "Content-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n"));
    CHECK(answer({.content_type = "application/sdp"}).find("Content-Type") == std::string::npos);
    CHECK(answer({.body = "x"}).ends_with("CSeq: 1\tINVITE\r\nContent-Length: 1\r\n\r\nx"));
}

TEST_CASE("a request that was only partly understood gets back what could be read of it") {
    const Reply refusal{.status = status::bad_request, .to_tag = Tag("7")};
    CHECK(
        answer("BYE  sip:b SIP/2.0\r\nVia: nonsense\r\nTo: ???\r\n= bad\r\nTo: x\r\nCall-ID: \xff\r\nl: 99",
               refusal) ==
        "SIP/2.0 400 Bad Request\r\nVia: nonsense\r\nTo: ???\r\nCall-ID: \xff\r\nContent-Length: 0\r\n\r\n");
    CHECK(answer("", refusal) == "SIP/2.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("a response is a message that we could read ourselves") {
    const auto text = answer({.to_tag = Tag("7"), .body = "body", .keep_record_route = true});
    const auto message = Message::parse(text, Message::Ends::with_content_length);
    REQUIRE(message.has_value());
    CHECK(message->status() == status::ok);
    CHECK(message->body() == "body");
    CHECK(message->get<To>().has_value());
}

TEST_CASE("a field that holds half a line end is not sent on with the refusal") {
    CHECK(answer("BYE sip:b SIP/2.0\r\nTo: a\nb\r\nFrom: a\rb\r\nCall-ID: 1\r\n 2\r\n\r\n",
                 {.status = status::bad_request}) ==
          "SIP/2.0 400 Bad Request\r\nCall-ID: 1\r\n 2\r\nContent-Length: 0\r\n\r\n");
}
