#include "almon/sip/envelope.hpp"

#include <doctest/doctest.h>

#include <string>

#include "almon/base/limits.hpp"

using namespace almon::sip;

namespace {

constexpr std::string_view line = "INVITE sip:bob@biloxi.com SIP/2.0\r\n";

// The five fields that every message has, one of which may read otherwise or be gone (an empty one).
struct Lines {
    std::string_view via = "Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bK776asdhds\r\n";
    std::string_view from = "From: Alice <sip:alice@atlanta.com>;tag=1928301774\r\n";
    std::string_view to = "To: Bob <sip:bob@biloxi.com>\r\n";
    std::string_view call_id = "Call-ID: a84b4c76e66710@pc33.atlanta.com\r\n";
    std::string_view cseq = "CSeq: 314159 INVITE\r\n";
    std::string_view more;
};

std::string text_of(const Lines& lines, std::string_view start_line = line) {
    std::string text(start_line);
    for (const auto part : {lines.via, lines.from, lines.to, lines.call_id, lines.cseq, lines.more})
        text += part;
    return text + "\r\n";
}

// The word at the fault, the status owed for it and the rule, or "fine".
std::string judged(const std::string& text) {
    const auto message = Message::parse(text).value();
    const auto envelope = read_envelope(message);
    if (envelope) return "fine";
    const auto& error = envelope.error();
    const auto word = text.substr(error.offset, text.find_first_of(" \r", error.offset) - error.offset);
    return word + '|' + std::to_string(status_owed(error).code()) + '|' + error.rule;
}
std::string judged(const Lines& lines) {
    return judged(text_of(lines));
}

}  // namespace

TEST_CASE("the INVITE of RFC 3261 §24.2 has an envelope") {
    const auto message = Message::parse(text_of({.more = "Max-Forwards: 69\r\n"})).value();
    const auto envelope = read_envelope(message);
    REQUIRE(envelope.has_value());
    CHECK(envelope->via.host.text == "pc33.atlanta.com");
    CHECK(envelope->via.branch == "z9hG4bK776asdhds");
    CHECK(envelope->from_tag == Tag("1928301774"));
    CHECK(envelope->to_tag == Tag());
    CHECK(envelope->call_id == CallId("a84b4c76e66710@pc33.atlanta.com"));
    CHECK(envelope->cseq.number == 314159);
    CHECK(envelope->cseq.method == method::invite);
    CHECK(envelope->max_forwards == 69);
    CHECK(envelope->has_max_forwards);
}

TEST_CASE("compact forms, other cases, blanks and folds make no difference") {
    const auto text = std::string(line) +
                      "CSEQ :\r\n 1\r\n\tINVITE\r\ni: 5@h\r\nt:sip:b@h;TAG=t1\r\nF: <sip:a@h>;tag=f1\r\n"
                      "max-forwards: 010\r\nV:\r\n SIP / 2.0 / UDP\r\n h ; branch = 1\r\n\r\n";
    const auto message = Message::parse(text).value();
    const auto envelope = read_envelope(message);
    REQUIRE(envelope.has_value());
    CHECK(envelope->via.branch == "1");
    CHECK(envelope->from_tag == Tag("f1"));
    CHECK(envelope->to_tag == Tag("t1"));
    CHECK(envelope->call_id == CallId("5@h"));
    CHECK(envelope->cseq.number == 1);
    CHECK(envelope->max_forwards == 10);
}

TEST_CASE("the topmost Via counts, and those below are not looked at") {
    const auto text = text_of({.via = "v: SIP/2.0/TCP top;branch=1, rubbish\r\nVia: rubbish\r\n"});
    const auto message = Message::parse(text).value();
    const auto envelope = read_envelope(message);
    REQUIRE(envelope.has_value());
    CHECK(envelope->via.text == "SIP/2.0/TCP top;branch=1");
}

TEST_CASE("a mandatory field that is missing is told at the end of the header, with its rule") {
    CHECK(judged({.via = ""}) == "|400|RFC 3261 §8.1.1.7 Via");
    CHECK(judged({.from = ""}) == "|400|RFC 3261 §8.1.1.3 From");
    CHECK(judged({.to = ""}) == "|400|RFC 3261 §8.1.1.2 To");
    CHECK(judged({.call_id = ""}) == "|400|RFC 3261 §8.1.1.4 Call-ID");
    CHECK(judged({.cseq = ""}) == "|400|RFC 3261 §8.1.1.5 CSeq");
    const auto text = text_of({.from = ""});
    const auto message = Message::parse(text + "body").value();
    CHECK(read_envelope(message).error().code == Errc::missing_field);
    CHECK(read_envelope(message).error().offset == text.size());
}

TEST_CASE("a field that stands once may not stand twice, whatever its form") {
    const std::string rule = "|400|RFC 3261 §7.3.1";
    CHECK(judged({.more = "f: <sip:c@h>;tag=2\r\n"}) == "f:" + rule);
    CHECK(judged({.more = "TO: <sip:bob@biloxi.com>\r\n"}) == "TO:" + rule);
    CHECK(judged({.more = "i: a84b4c76e66710@pc33.atlanta.com\r\n"}) == "i:" + rule);
    CHECK(judged({.more = "CSeq: 314159 INVITE\r\n"}) == "CSeq:" + rule);
    CHECK(judged({.more = "Max-Forwards: 9\r\nMax-Forwards: 8\r\n"}) == "Max-Forwards:" + rule);
    CHECK(judged({.more = "Via: SIP/2.0/UDP h\r\nContact: x\r\nContact: y\r\n"}) == "fine");
}

TEST_CASE("a field that stands once takes no second value") {
    CHECK(judged({.from = "From: <sip:a@h>;tag=1, <sip:c@h>\r\n"}) == ",|400|RFC 3261 §7.3.1");
    CHECK(judged({.call_id = "Call-ID: a b\r\n"}) == "b|400|RFC 3261 §7.3.1");
    CHECK(judged({.cseq = "CSeq: 1 INVITE 2\r\n"}) == "2|400|RFC 3261 §7.3.1");
    CHECK(judged({.more = "Max-Forwards: 7 0\r\n"}) == "0|400|RFC 3261 §7.3.1");
}

TEST_CASE("a value that breaks its grammar is told where it does") {
    CHECK(judged({.via = "Via: SIP/2.0/UDP ;branch=1\r\n"}) == ";branch=1|400|RFC 3261 §25.1 via-parm");
    CHECK(judged({.from = "From: \"Alice <sip:a@h>\r\n"}) == "\"Alice|400|RFC 3261 §20.20");
    CHECK(judged({.from = "From: <sip:a@h>;tag=1;tag=2\r\n"}) == "|400|RFC 3261 §20.20");
    CHECK(judged({.to = "To: <sip:b@h\r\n"}).ends_with("|400|RFC 3261 §20.39"));
    CHECK(judged({.call_id = "Call-ID: @h\r\n"}) == "@h|400|RFC 3261 §20.8");
    CHECK(judged({.call_id = "Call-ID:\r\n"}) == "|400|RFC 3261 §20.8");
    CHECK(judged({.cseq = "CSeq: INVITE\r\n"}) == "INVITE|400|RFC 3261 §8.1.1.5");
}

TEST_CASE("CSeq numbers end at 2^31 - 1") {
    CHECK(judged({.cseq = "CSeq: 2147483647 INVITE\r\n"}) == "fine");
    CHECK(judged({.cseq = "CSeq: 0 INVITE\r\n"}) == "fine");
    CHECK(judged({.cseq = "CSeq: 2147483648 INVITE\r\n"}) == "2147483648|400|RFC 3261 §8.1.1.5");
    CHECK(judged({.cseq = "CSeq: 36893488147419103232 INVITE\r\n"}) ==
          "36893488147419103232|400|RFC 3261 §8.1.1.5");
    CHECK(judged({.cseq = "CSeq: -1 INVITE\r\n"}) == "-1|400|RFC 3261 §8.1.1.5");
}

TEST_CASE("CSeq and request line name the same method; of an unknown one it is said that it is unknown") {
    CHECK(judged({.cseq = "CSeq: 1 BYE\r\n"}) == "1|400|RFC 3261 §8.1.1.5");
    CHECK(judged({.cseq = "CSeq: 1 invite\r\n"}) == "1|400|RFC 3261 §8.1.1.5");
    const auto odd = "NEWMETHOD sip:b@h SIP/2.0\r\n";
    CHECK(judged(text_of({.cseq = "CSeq: 1 INVITE\r\n"}, odd)) == "1|501|RFC 3261 §8.1.1.5");
    CHECK(judged(text_of({.cseq = "CSeq: 1 NEWMETHOD\r\n"}, odd)) == "fine");
    CHECK(judged(text_of({.cseq = "CSeq: 1 NEWMETHOD\r\n"}, "SIP/2.0 200 OK\r\n")) == "fine");
}

TEST_CASE("without Max-Forwards, and with one beyond 255, it counts as 70") {
    for (const std::string_view more :
         {"", "Max-Forwards: 256\r\n", "Max-Forwards: 18446744073709551616\r\n"}) {
        CAPTURE(more);
        const auto message = Message::parse(text_of({.more = more})).value();
        const auto envelope = read_envelope(message).value();
        CHECK_FALSE(envelope.has_max_forwards);
        CHECK(envelope.max_forwards == almon::base::limits::max_forwards);
    }
    for (const std::string number : {"0", "255"}) {
        CAPTURE(number);
        const auto more = "Max-Forwards: " + number + "\r\n";
        const auto message = Message::parse(text_of({.more = more})).value();
        const auto envelope = read_envelope(message).value();
        CHECK(envelope.has_max_forwards);
        CHECK(std::to_string(envelope.max_forwards) == number);
    }
    CHECK(judged({.more = "Max-Forwards: -5\r\n"}) == "-5|400|RFC 3261 §20.22");
    CHECK(judged({.more = "Max-Forwards:\r\n"}) == "|400|RFC 3261 §20.22");
}

TEST_CASE("tags that are absent are empty: RFC 2543 peers have none") {
    const auto message = Message::parse(text_of({.from = "From: sip:a@h\r\n"})).value();
    const auto envelope = read_envelope(message).value();
    CHECK(envelope.from_tag.value().empty());
    CHECK(envelope.to_tag.value().empty());
}

TEST_CASE("a Request-URI is read, and its faults are told by their place in the message") {
    const auto told = [](std::string_view uri) -> std::string {
        const auto message = Message::parse("BYE " + std::string(uri) + " SIP/2.0\r\n\r\n").value();
        const auto read = read_request_uri(message);
        if (read) return "fine";
        return std::to_string(read.error().offset) + ' ' + std::to_string(status_owed(read.error()).code());
    };
    CHECK(told("sip:bob@biloxi.com:5070;transport=tcp;lr") == "fine");
    CHECK(told("sips:[2001:db8::1]") == "fine");
    CHECK(told("tel:+1-201-555-0123") == "fine");
    CHECK(told("nobodyKnowsThisScheme:totally.opaque?x=y") == "fine");
    CHECK(told("<sip:bob@biloxi.com>") == "4 400");
    CHECK(told("sip:bob@") == "12 400");
    CHECK(told("sip:bob@biloxi.com;;lr") == "23 400");
}

TEST_CASE("a Request-URI with headers is refused where they begin") {
    const std::string text = "INVITE sip:b@h?Route=%3Csip:evil%3E SIP/2.0\r\n\r\n";
    const auto message = Message::parse(text).value();
    const auto read = read_request_uri(message);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().offset == text.find("Route"));
    CHECK(std::string(read.error().rule) == "RFC 3261 §19.1.1 table 1");
}

TEST_CASE("each fault has the status that its kind is owed") {
    const auto owed = [](Errc code) { return status_owed({code, 0, ""}).code(); };
    for (const auto code :
         {Errc::unexpected_end, Errc::unexpected_byte, Errc::missing_field, Errc::repeated_field,
          Errc::number_too_large, Errc::length_mismatch, Errc::method_mismatch})
        CHECK(owed(code) == 400);
    CHECK(owed(Errc::unsupported_scheme) == 416);
    CHECK(owed(Errc::unsupported_value) == 501);
    CHECK(owed(Errc::unsupported_version) == 505);
    CHECK(owed(Errc::too_large) == 513);
    CHECK(owed(Errc::no_space) == 500);
}
