#include "almon/sip/edits.hpp"

#include <doctest/doctest.h>

#include <string>

#include "almon/sip/headers/content_length.hpp"
#include "almon/sip/headers/max_forwards.hpp"
#include "almon/sip/headers/record_route.hpp"
#include "almon/sip/headers/route.hpp"
#include "almon/sip/headers/subject.hpp"
#include "almon/sip/headers/via.hpp"

using namespace almon::sip;

namespace {

constexpr HeaderName odd{"X-Odd"};

std::string written(const Edits& edits, const Message& message) {
    std::string text(4096, '\0');
    Printer out{text};
    edits.write(message, out);
    REQUIRE_FALSE(out.overflowed());
    return std::string(out.view());
}

// Fields of an OPTIONS with a body of four octets, before and after; Content-Length stands last in both.
std::string edited(const Edits& edits, std::string_view fields) {
    const std::string line = "OPTIONS sip:b@h SIP/2.0\r\n", rest = "Content-Length: 4\r\n\r\nbody";
    const auto message = Message::parse(line + std::string(fields) + rest).value();
    const auto text = written(edits, message);
    const auto reread = Message::parse(text, Message::Ends::with_content_length);
    REQUIRE(reread.has_value());
    CHECK(reread->body() == "body");
    REQUIRE(text.starts_with(line));
    REQUIRE(text.ends_with("\r\n\r\nbody"));
    return text.substr(line.size(), text.size() - line.size() - 6);
}
std::string edited(std::string_view fields) {
    return edited(Edits(), fields);
}

const std::string length_line = "Content-Length: 4\r\n";

}  // namespace

TEST_CASE("what is not edited comes out as it went in, unknown fields and folds too") {
    const std::string text =
        "INVITE sip:b@h;x=%61 SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=1,\r\n SIP/2.0/UDP i\r\nX-Odd: \xff = "
        ";\"\r\n"
        "t: <sip:b@h>\r\nSubject: one\r\n\ttwo\r\nl: 6\r\nX-ODD: again\r\n\r\nbody\r\n";
    CHECK(written(Edits(), Message::parse(text).value()) == text);
    const std::string response = "SIP/2.0 486 Besetzt \xc3\xb6\r\nVia: SIP/2.0/UDP h\r\nl: 0\r\n\r\n";
    CHECK(written(Edits(), Message::parse(response).value()) == response);
}

TEST_CASE("untidy lines are written tidily: one blank behind the colon, none before it or at the end") {
    CHECK(edited("To : x \r\nFrom:y\r\nReply-To:  z\r\nX-Odd:\r\n  folded\r\n in \r\n \r\nSubject:\r\nDate: "
                 "d\r\n") ==
          "To: x\r\nFrom: y\r\nReply-To: z\r\nX-Odd: folded\r\n in\r\nSubject: \r\nDate: d\r\n" +
              length_line);
    const auto loose = Message::parse("\r\n\r\nBYE sip:a sip/2.0\r\nl: 0\r\n\r\nnoise").value();
    CHECK(written(Edits(), loose) == "BYE sip:a SIP/2.0\r\nl: 0\r\n\r\n");
}

TEST_CASE("a line that is no field is not passed on") {
    Message message;
    REQUIRE_FALSE(
        message.assign("BYE sip:a SIP/2.0\r\nTo: x\r\n= bad\r\n folded\r\nX-Odd: 1\r\nl: 0\r\n\r\n"));
    CHECK(written(Edits(), message) == "BYE sip:a SIP/2.0\r\nTo: x\r\nX-Odd: 1\r\nl: 0\r\n\r\n");
}

TEST_CASE("a message without Content-Length gets a true one") {
    const auto bare = Message::parse("BYE sip:a SIP/2.0\r\nTo: x\r\n\r\nbody").value();
    CHECK(written(Edits(), bare) == "BYE sip:a SIP/2.0\r\nTo: x\r\nContent-Length: 4\r\n\r\nbody");
    CHECK(edited(Edits().remove(ContentLength::name), "") == length_line);
}

TEST_CASE("whoever sets Content-Length gets no second one") {
    const auto bare = Message::parse("BYE sip:a SIP/2.0\r\n\r\nbody").value();
    const std::string one = "BYE sip:a SIP/2.0\r\nContent-Length: 4\r\n\r\nbody";
    CHECK(written(Edits().set(ContentLength::name, "4"), bare) == one);
    CHECK(written(Edits().append(ContentLength::name, "4"), bare) == one);
    CHECK(written(Edits().prepend(ContentLength::name, "4"), bare) == one);
    CHECK(edited(Edits().remove(ContentLength::name).set(ContentLength::name, "4"), "") == length_line);
}

TEST_CASE("the Request-URI is replaced; of several new ones the last counts") {
    const auto message = Message::parse("BYE sip:a SIP/2.0\r\nl: 0\r\n\r\n").value();
    Edits edits;
    edits.set_request_uri("sip:first").set_request_uri("sip:b@[2001:db8::1]:5070;lr");
    CHECK(written(edits, message) == "BYE sip:b@[2001:db8::1]:5070;lr SIP/2.0\r\nl: 0\r\n\r\n");
    const auto response = Message::parse("SIP/2.0 200 OK\r\nl: 0\r\n\r\n").value();
    CHECK(written(edits, response) == response.octets());
}

TEST_CASE("a prepended field stands before the first of its name, however that is written") {
    CHECK(edited(Edits().prepend(Via::name, "new"), "To: x\r\nv: SIP/2.0/UDP a\r\nVia: SIP/2.0/UDP b\r\n") ==
          "To: x\r\nVia: new\r\nv: SIP/2.0/UDP a\r\nVia: SIP/2.0/UDP b\r\n" + length_line);
    CHECK(edited(Edits().prepend(Via::name, "new"), "VIA : SIP/2.0/UDP a\r\nTo: x\r\n") ==
          "Via: new\r\nVIA: SIP/2.0/UDP a\r\nTo: x\r\n" + length_line);
}

TEST_CASE("a prepended field without another of its name comes right after the start line") {
    CHECK(edited(Edits().prepend(odd, "1"), "To: x\r\n") == "X-Odd: 1\r\nTo: x\r\n" + length_line);
}

TEST_CASE("of several prepended fields of one name the last stands topmost") {
    Edits edits;
    edits.prepend(odd, "1").prepend(Via::name, "v").prepend(odd, "2");
    CHECK(edited(edits, "To: x\r\nX-odd: 0\r\n") ==
          "Via: v\r\nTo: x\r\nX-Odd: 2\r\nX-Odd: 1\r\nX-odd: 0\r\n" + length_line);
    CHECK(edited(Edits().prepend(odd, "1").prepend(odd, "2"), "") ==
          "X-Odd: 2\r\nX-Odd: 1\r\n" + length_line);
}

TEST_CASE("appended fields come after all others, in order") {
    CHECK(edited(Edits().append(odd, "2").append(Via::name, "v").append(odd, "3"), "X-Odd: 1\r\n") ==
          "X-Odd: 1\r\n" + length_line + "X-Odd: 2\r\nVia: v\r\nX-Odd: 3\r\n");
}

TEST_CASE("removing a name takes every field of it, compact ones too, and nothing else") {
    CHECK(edited(Edits().remove(Subject::name),
                 "s: 1\r\nTo: s\r\nSUBJECT: 2\r\nX-Subject: 3\r\nSubject:4\r\n") ==
          "To: s\r\nX-Subject: 3\r\n" + length_line);
    CHECK(edited(Edits().remove(odd), "To: x\r\n") == "To: x\r\n" + length_line);
}

TEST_CASE("the first value goes, and with the last value of a field the whole line") {
    const auto one = [](std::string_view fields) {
        return edited(Edits().remove_first_value(Via::name), fields);
    };
    CHECK(one("Via: a, b ,c\r\nVia: d\r\n") == "Via: b ,c\r\nVia: d\r\n" + length_line);
    CHECK(one("v: a\r\nTo: x\r\nVia: d\r\n") == "To: x\r\nVia: d\r\n" + length_line);
    CHECK(one("Via: a;x=\",\" , b\r\n") == "Via: b\r\n" + length_line);
    CHECK(one("Via:\r\n a,\r\n b\r\n") == "Via: b\r\n" + length_line);
    CHECK(one("To: x\r\n") == "To: x\r\n" + length_line);
    CHECK(edited(Edits().remove_first_value(Route::name), "Route: <sip:a,b;lr>,<sip:c>\r\n") ==
          "Route: <sip:c>\r\n" + length_line);
}

TEST_CASE("several first values go, over as many fields as it takes") {
    std::string fields = "Route: <sip:a>, <sip:b>\r\nTo: x\r\nRoute: <sip:c>\r\nRoute: <sip:d>, <sip:e>\r\n";
    Edits edits;
    edits.remove_first_value(Route::name).remove_first_value(RecordRoute::name);
    edits.remove_first_value(Route::name);
    CHECK(edited(edits, fields) == "To: x\r\nRoute: <sip:c>\r\nRoute: <sip:d>, <sip:e>\r\n" + length_line);
    edits.remove_first_value(Route::name).remove_first_value(Route::name);
    CHECK(edited(edits, fields) == "To: x\r\nRoute: <sip:e>\r\n" + length_line);
    for (int more = 0; more < 3; ++more) edits.remove_first_value(Route::name);
    CHECK(edited(edits, fields) == "To: x\r\n" + length_line);
}

TEST_CASE("a value that is never closed is removed whole") {
    CHECK(edited(Edits().remove_first_value(Route::name),
                 "Route: <sip:a, <sip:b\r\nRoute: \"c, d\r\nTo: x\r\n") ==
          "Route: \"c, d\r\nTo: x\r\n" + length_line);
}

TEST_CASE("a field is set where the first of its name stands, else at the end") {
    CHECK(edited(Edits().set(MaxForwards::name, "69"), "max-forwards: 70\r\nTo: x\r\nMax-Forwards: 5\r\n") ==
          "Max-Forwards: 69\r\nTo: x\r\nMax-Forwards: 5\r\n" + length_line);
    CHECK(edited(Edits().set(MaxForwards::name, "69"), "To: x\r\n") ==
          "To: x\r\n" + length_line + "Max-Forwards: 69\r\n");
}

TEST_CASE("a field set twice has the last value, whether it was there or not") {
    const auto edits = Edits().set(MaxForwards::name, "69").set(MaxForwards::name, "68");
    CHECK(edited(edits, "Max-Forwards: 70\r\n") == "Max-Forwards: 68\r\n" + length_line);
    CHECK(edited(edits, "To: x\r\n") == "To: x\r\n" + length_line + "Max-Forwards: 68\r\n");
}

TEST_CASE("edits of one name add up: removed and set is one field, with what was put before it") {
    CHECK(edited(Edits().remove(odd).set(odd, "new"), "X-Odd: 1\r\nX-Odd: 2\r\nTo: x\r\n") ==
          "X-Odd: new\r\nTo: x\r\n" + length_line);
    CHECK(edited(Edits().remove(odd).prepend(odd, "a").append(odd, "z"), "To: x\r\nX-Odd: 1\r\n") ==
          "To: x\r\nX-Odd: a\r\n" + length_line + "X-Odd: z\r\n");
    CHECK(edited(Edits().remove_first_value(Via::name).prepend(Via::name, "new"), "Via: a, b\r\n") ==
          "Via: new\r\nVia: b\r\n" + length_line);
}

TEST_CASE("octets are replaced in tidy and in untidy lines, several in one") {
    for (const std::string colon : {": ", " :", ":"}) {
        CAPTURE(colon);
        const auto message =
            Message::parse("BYE sip:a SIP/2.0\r\nTo: x\r\nX-Odd" + colon + "one two three\r\nl: 0\r\n\r\n")
                .value();
        const auto value = message.value(message.fields()[1]);
        Edits edits;
        edits.replace(message, value.substr(8), "3").replace(message, value.substr(0, 3), "number 1");
        CHECK(written(edits, message) ==
              "BYE sip:a SIP/2.0\r\nTo: x\r\nX-Odd: number 1 two 3\r\nl: 0\r\n\r\n");
    }
}

TEST_CASE("octets are replaced in the Request-URI and in the reason phrase") {
    const auto request = Message::parse("BYE sip:a@h SIP/2.0\r\nl: 0\r\n\r\n").value();
    CHECK(written(Edits().replace(request, request.request_uri().substr(4, 1), "bob"), request) ==
          "BYE sip:bob@h SIP/2.0\r\nl: 0\r\n\r\n");
    const auto response = Message::parse("SIP/2.0 200 OK\r\nl: 0\r\n\r\n").value();
    CHECK(written(Edits().replace(response, response.reason(), "Fine"), response) ==
          "SIP/2.0 200 Fine\r\nl: 0\r\n\r\n");
}

TEST_CASE("a body of another length changes Content-Length with it") {
    for (const std::string length : {"Content-Length: 4\r\n", "l :4\r\n", ""}) {
        CAPTURE(length);
        const auto message = Message::parse("BYE sip:a SIP/2.0\r\n" + length + "\r\nbody").value();
        Edits edits;
        edits.replace(message, message.body().substr(1, 1), "luebir")
            .replace(message, message.body().substr(3), "");
        const auto reread = Message::parse(written(edits, message), Message::Ends::with_content_length);
        REQUIRE(reread.has_value());
        CHECK(reread->body() == "bluebird");
        CHECK(reread->count(ContentLength::name) == 1);
    }
}

TEST_CASE("an empty slice is a place to put text") {
    const auto message = Message::parse("BYE sip:a SIP/2.0\r\nX-Odd: 1\r\nTo:x\r\nl: 4\r\n\r\nbody").value();
    const auto end_of = [](std::string_view slice) { return slice.substr(slice.size()); };
    Edits edits;
    edits.replace(message, end_of(message.request_uri()), ";lr");
    edits.replace(message, end_of(message.value(message.fields()[0])), "2");
    edits.replace(message, end_of(message.value(message.fields()[0])), "3");
    edits.replace(message, end_of(message.value(message.fields()[1])), ";tag=1");
    edits.replace(message, end_of(message.body()), "guard");
    CHECK(written(edits, message) ==
          "BYE sip:a;lr SIP/2.0\r\nX-Odd: 123\r\nTo: x;tag=1\r\nContent-Length: 9\r\n\r\nbodyguard");
}

TEST_CASE("what is put at a place comes before what replaces the octets there") {
    const auto message = Message::parse("BYE sip:a SIP/2.0\r\nX-Odd: 1\r\nl: 0\r\n\r\n").value();
    const auto value = message.value(message.fields()[0]);
    Edits edits;
    edits.replace(message, value, "2").replace(message, value.substr(0, 0), "put ");
    CHECK(written(edits, message) == "BYE sip:a SIP/2.0\r\nX-Odd: put 2\r\nl: 0\r\n\r\n");
}

TEST_CASE("of replacements that overlap the first in the message counts") {
    const auto message = Message::parse("BYE sip:a SIP/2.0\r\nX-Odd: 1234\r\nl: 0\r\n\r\n").value();
    const auto value = message.value(message.fields()[0]);
    Edits edits;
    edits.replace(message, value.substr(1), "no").replace(message, value.substr(0, 2), "yes");
    CHECK(written(edits, message) == "BYE sip:a SIP/2.0\r\nX-Odd: yes34\r\nl: 0\r\n\r\n");
}

TEST_CASE("what is replaced goes with a value that is removed") {
    const auto message = Message::parse("BYE sip:a SIP/2.0\r\nVia: one, two\r\nl: 0\r\n\r\n").value();
    const auto value = message.value(message.fields()[0]);
    Edits edits;
    edits.replace(message, value.substr(0, 3), "1").replace(message, value.substr(5), "2");
    edits.remove_first_value(Via::name);
    CHECK(written(edits, message) == "BYE sip:a SIP/2.0\r\nVia: 2\r\nl: 0\r\n\r\n");
}

TEST_CASE("edits that are cleared are gone, and the next ones are their own") {
    Edits edits;
    edits.set_request_uri("sip:other").remove(odd).append(odd, "1").remove_first_value(Via::name);
    edits.clear();
    CHECK(edited(edits, "Via: a\r\nX-Odd: 0\r\n") == "Via: a\r\nX-Odd: 0\r\n" + length_line);
    edits.append(odd, "2");
    CHECK(edited(edits, "Via: a\r\n") == "Via: a\r\n" + length_line + "X-Odd: 2\r\n");
}

TEST_CASE("edits keep a copy of their text, and do not change the message") {
    const auto message = Message::parse("BYE sip:a SIP/2.0\r\nl: 0\r\n\r\n").value();
    Edits edits;
    {
        std::string uri = "sip:somewhere@far.away.example.com";
        edits.set_request_uri(uri);
        uri.assign(uri.size(), '?');
    }
    CHECK(written(edits, message).starts_with("BYE sip:somewhere@far.away.example.com SIP/2.0"));
    CHECK(message.request_uri() == "sip:a");
}

TEST_CASE("what does not fit is noticed") {
    const auto message = Message::parse("BYE sip:a SIP/2.0\r\nTo: x\r\nl: 0\r\n\r\n").value();
    const auto whole = written(Edits(), message).size();
    std::string buffer(whole, '\0');
    Printer enough{buffer}, short_by_one{std::span(buffer).first(whole - 1)};
    Edits().write(message, enough);
    Edits().write(message, short_by_one);
    CHECK_FALSE(enough.overflowed());
    CHECK(short_by_one.overflowed());
}
