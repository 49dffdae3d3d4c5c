#include "almon/sip/message.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "almon/base/limits.hpp"
#include "almon/sip/envelope.hpp"
#include "almon/sip/headers/call_id.hpp"
#include "almon/sip/headers/contact.hpp"
#include "almon/sip/headers/cseq.hpp"
#include "almon/sip/headers/max_forwards.hpp"
#include "almon/sip/headers/subject.hpp"
#include "almon/sip/headers/supported.hpp"
#include "almon/sip/headers/via.hpp"

using namespace almon::sip;
namespace limits = almon::base::limits;

namespace {

using Ends = Message::Ends;
using Texts = std::vector<std::string>;

constexpr std::string_view options_line = "OPTIONS sip:b@example.com SIP/2.0\r\n";

std::string request(std::string_view fields, std::string_view body = "") {
    return std::string(options_line).append(fields).append("\r\n").append(body);
}
Message message(std::string_view fields, std::string_view body = "") {
    return Message::parse(request(fields, body)).value();
}

std::string told(const Error& error) {
    return std::to_string(error.offset) + ' ' + std::to_string(status_owed(error).code()) + ' ' + error.rule;
}
// "offset status rule" of what is refused.
std::string told(std::string_view octets, Ends ends = Ends::with_datagram) {
    const auto message = Message::parse(octets, ends);
    return message ? "nothing to tell" : told(message.error());
}
std::string told_of_line(std::string_view start_line) {
    return told(std::string(start_line) + "\r\nTo: x\r\n\r\n");
}

Texts lines(const Message& message) {
    Texts seen;
    for (const auto& field : message.fields())
        seen.push_back(std::string(message.name(field)) + '=' + std::string(message.value(field)));
    return seen;
}

template <class Header>
Texts values(const Message& message) {
    Texts seen;
    for (const auto& value : message.all<Header>())
        seen.push_back(value ? almon::base::printed(*value) : told(value.error()));
    return seen;
}

std::string repeated(std::string_view text, std::size_t count) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) all += text;
    return all;
}

}  // namespace

TEST_CASE("a request is its method, its Request-URI, its fields and its body") {
    const auto invite = Message::parse("INVITE sip:b@h;x=y SIP/2.0\r\nTo: b\r\nl: 4\r\n\r\nbody").value();
    CHECK(invite.is_request());
    CHECK_FALSE(invite.is_response());
    CHECK(invite.method() == method::invite);
    CHECK(invite.request_uri() == "sip:b@h;x=y");
    CHECK(lines(invite) == Texts{"To=b", "l=4"});
    CHECK(invite.body() == "body");
}

TEST_CASE("a response is its status, its reason phrase, its fields and its body") {
    const auto busy = Message::parse("SIP/2.0 486 Busy Here\r\nTo: b\r\n\r\nbody").value();
    CHECK(busy.is_response());
    CHECK_FALSE(busy.is_request());
    CHECK(busy.status() == status::busy_here);
    CHECK(busy.reason() == "Busy Here");
    CHECK(lines(busy) == Texts{"To=b"});
    CHECK(busy.body() == "body");
}

TEST_CASE("a message of nothing but a start line is whole") {
    CHECK(message("").fields().empty());
    CHECK(Message::parse("SIP/2.0 200 OK\r\n\r\n").value().body().empty());
}

TEST_CASE("an unknown method is as good as a known one, and methods have a case") {
    constexpr auto odd = "!interesting-Method0123456789_*+`.%indeed'~";
    CHECK(Message::parse(std::string(odd) + " sip:a SIP/2.0\r\n\r\n").value().method() == Method(odd));
    CHECK(Message::parse("invite sip:a SIP/2.0\r\n\r\n").value().method() != method::invite);
}

TEST_CASE("a Request-URI is not looked at before somebody asks") {
    for (const std::string uri : {"<sip:b>", "soap.beep://192.0.2.103:3002", "*", "sip:b@h?Route=%3C"})
        CHECK(Message::parse("OPTIONS " + uri + " SIP/2.0\r\n\r\n").value().request_uri() == uri);
}

TEST_CASE("the faults of a request line are told where they stand") {
    const std::string rule = " 400 RFC 3261 §25.1 Request-Line";
    CHECK(told_of_line("OPTIONS") == "7" + rule);
    CHECK(told_of_line(" OPTIONS sip:a SIP/2.0") == "0" + rule);
    CHECK(told_of_line("OPT/IONS sip:a SIP/2.0") == "3" + rule);
    CHECK(told_of_line("OPTIONS\tsip:a SIP/2.0") == "7" + rule);
    CHECK(told_of_line("OPTIONS  sip:a SIP/2.0") == "8" + rule);
    CHECK(told_of_line("OPTIONS sip:a") == "13" + rule);
    CHECK(told_of_line("OPTIONS sip:a  SIP/2.0") == "14" + rule);
    CHECK(told_of_line("OPTIONS sip:a; lr SIP/2.0") == "15" + rule);
    CHECK(told_of_line("OPTIONS sip:a HTTP/1.1") == "14" + rule);
    CHECK(told_of_line("OPTIONS sip:a SIP/2") == "19" + rule);
    CHECK(told_of_line("OPTIONS sip:a SIP/2.") == "20" + rule);
    CHECK(told_of_line("OPTIONS sip:a SIP/.0") == "18" + rule);
    CHECK(told_of_line("OPTIONS sip:a SIP/2.0 ") == "21" + rule);
    CHECK(told_of_line("") == "4" + rule);
}

TEST_CASE("the faults of a status line are told where they stand") {
    const std::string rule = " 400 RFC 3261 §25.1 Status-Line";
    CHECK(told_of_line("SIP/2.0") == "7" + rule);
    CHECK(told_of_line("SIP/2.0  200 OK") == "8" + rule);
    CHECK(told_of_line("SIP/2.0 200") == "11" + rule);
    CHECK(told_of_line("SIP/2.0 200OK") == "11" + rule);
    CHECK(told_of_line("SIP/2 200 OK") == "5" + rule);
}

TEST_CASE("status codes are three digits from 100 to 699") {
    for (const int code : {100, 199, 200, 499, 666, 699}) {
        CAPTURE(code);
        const auto response = Message::parse("SIP/2.0 " + std::to_string(code) + " x\r\n\r\n");
        CHECK(response.value().status().code() == code);
    }
    for (const std::string code : {"000", "099", "700", "999", "99", "2", "", "-20", "4294967301", "2000"}) {
        CAPTURE(code);
        CHECK(told_of_line("SIP/2.0 " + code + " x") == "8 400 RFC 3261 §25.1 Status-Line");
    }
}

TEST_CASE("a reason phrase is any text, or none") {
    for (const std::string reason : {"", " ", "= 2**3 \tweird", "\xd0\x9f\xd1\x80\xd0\xb8", "100%"})
        CHECK(Message::parse("SIP/2.0 200 " + reason + "\r\n\r\n").value().reason() == reason);
}

TEST_CASE("the version is read without case, and another one is told as such") {
    CHECK(Message::parse("OPTIONS sip:a sip/2.0\r\n\r\n").has_value());
    CHECK(Message::parse("sIp/2.0 200 OK\r\n\r\n").value().is_response());
    CHECK(told_of_line("OPTIONS sip:a SIP/7.0") == "14 505 RFC 3261 §7.1");
    CHECK(told_of_line("OPTIONS sip:a SIP/2.1") == "14 505 RFC 3261 §7.1");
    CHECK(told_of_line("SIP/3.0 200 OK") == "0 505 RFC 3261 §7.1");
}

TEST_CASE("empty lines before the start line are no part of the message") {
    const auto late = Message::parse("\r\n\r\n" + request("To: x\r\n"), Ends::with_content_length).value();
    CHECK(late.method() == method::options);
    CHECK(lines(late) == Texts{"To=x"});
    CHECK(told("") == "0 400 RFC 3261 §25.1 Request-Line");
    CHECK(told("\r\n\r\n") == "4 400 RFC 3261 §25.1 Request-Line");
}

TEST_CASE("unknown fields stay byte for byte and in order among the known ones") {
    const auto odd =
        message("X-b: \xe2\x98\x8e;=\"\r\nVia: SIP/2.0/UDP h\r\n!%*_+`'~.-:?\r\nX-B:\r\nx-B: a\tb\r\n");
    CHECK(lines(odd) ==
          Texts{"X-b=\xe2\x98\x8e;=\"", "Via=SIP/2.0/UDP h", "!%*_+`'~.-=?", "X-B=", "x-B=a\tb"});
    CHECK(odd.count(HeaderName("X-B")) == 3);
    CHECK(odd.find_field(HeaderName("x-b")) == &odd.fields()[0]);
    CHECK_FALSE(odd.has(HeaderName("X-C")));
}

TEST_CASE("offsets of fields are those of the octets that came") {
    const auto text = "\r\n" + request("To:  x \r\nSubject:\r\n y\r\n");
    const auto both = Message::parse(text).value();
    CHECK(both.octets() == text);
    CHECK(both.fields()[0].name_at == text.find("To"));
    CHECK(both.fields()[0].value_at == text.find("x \r\n"));
    CHECK(both.fields()[1].value_at == text.find("y\r\n"));
    CHECK(both.offset_of(both.value(both.fields()[1])) == text.find("y\r\n"));
    CHECK(both.offset_of(both.request_uri()) == text.find("sip:b"));
}

TEST_CASE("octets beyond ASCII and NUL pass in values, not in names and methods") {
    const std::string subject("\xe8\xa8\x80 \0 \xff", 7);
    const auto kept = message("Subject: " + subject + "\r\n");
    CHECK(kept.value(kept.fields()[0]) == subject);
    CHECK(told(request("Subj\xc3\xa9t: x\r\n")) == "39 400 RFC 3261 §7.3.1");
    CHECK(told("OPTI\xc3\x96NS sip:a SIP/2.0\r\n\r\n") == "4 400 RFC 3261 §25.1 Request-Line");
}

TEST_CASE("a folded value is one value: folds inside stay, those at its ends go") {
    const auto folded = message("Subject:\r\n  one\r\n\ttwo \r\n \r\nTo: x\r\nEmpty: \r\n \t\r\n\t \r\n");
    CHECK(lines(folded) == Texts{"Subject=one\r\n\ttwo", "To=x", "Empty="});
    const auto cseq = message("CSeq: 1\r\n OPTIONS\r\n");
    CHECK(cseq.get<CSeq>().value().method == method::options);
    CHECK(values<Contact>(message("m:\r\n <sip:a>\r\n ;q=0.5\r\n ,\r\n <sip:b>\r\n")) ==
          Texts{"<sip:a>;q=0.5", "<sip:b>"});
}

TEST_CASE("no fold stands before the first field, and none before the colon") {
    CHECK(told(request(" folded: x\r\n")) == "36 400 RFC 3261 §7.3.1");
    CHECK(told(request("To\r\n : x\r\n")) == "37 400 RFC 3261 §7.3.1");
}

TEST_CASE("blanks before the colon hide no field") {
    const auto blanks = message("Call-ID \t : 5@h\r\nl\t:0\r\nTo:x\r\n");
    CHECK(lines(blanks) == Texts{"Call-ID=5@h", "l=0", "To=x"});
    CHECK(blanks.get<CallId>().value().value() == "5@h");
}

TEST_CASE("names are found without case and in compact form") {
    for (const std::string name : {"Contact", "contact", "CONTACT", "m", "M"}) {
        CAPTURE(name);
        CHECK(message(name + ": <sip:a>\r\n").has(Contact::name));
    }
    for (const std::string name : {"Contacts", "mm", "n", "X-Contact", "Max-Forwards"}) {
        CAPTURE(name);
        CHECK_FALSE(message(name + ": <sip:a>\r\n").has(Contact::name));
    }
    CHECK(message("c: 1\r\nC: 2\r\n").count(HeaderName("Cseq")) == 0);
}

TEST_CASE("the names that are met most are of different kinds, so a look-up passes other fields over") {
    std::uint64_t kinds = 0;
    for (const auto name : {"Via",
                            "From",
                            "To",
                            "Call-ID",
                            "CSeq",
                            "Contact",
                            "Route",
                            "Max-Forwards",
                            "Record-Route",
                            "Content-Length",
                            "Content-Type",
                            "Expires",
                            "Path",
                            "Authorization",
                            "Proxy-Authorization",
                            "User-Agent",
                            "Server",
                            "Allow",
                            "Supported",
                            "Require",
                            "Event",
                            "Proxy-Require",
                            "v",
                            "f",
                            "t",
                            "i",
                            "m",
                            "l",
                            "c",
                            "k"}) {
        CAPTURE(name);
        const auto kind = kind_of(hash_name(name));
        CHECK((kinds & kind) == 0);
        kinds |= kind;
    }
}

TEST_CASE("names that differ only where their hash does not look are not taken for each other") {
    const HeaderName name("Long-Header-a-Name-Of-Field"), other("Long-Header-b-Name-Of-Field");
    REQUIRE(name.hash() == other.hash());
    const auto one = message("Long-Header-b-Name-Of-Field: x\r\n");
    CHECK_FALSE(one.has(name));
    CHECK(one.has(other));
    CHECK_FALSE(HeaderName("Date").matches("D\x61t\x45s"));
    CHECK_FALSE(HeaderName("X@y").matches("X`y"));
    CHECK(HeaderName("Via", 'v').matches("V"));
}

TEST_CASE("the values of all fields of a name come one by one, whatever stands between") {
    const auto vias = message(
        "v: SIP/2.0/UDP a , SIP/2.0/TCP b\r\nTo: x\r\nX: Via: SIP/2.0/UDP no\r\nVIA: SIP/2.0/UDP "
        "c;d=\",\"\r\n"
        "Via:\r\n SIP/2.0/UDP e,\r\n SIP/2.0/UDP f\r\n");
    CHECK(values<Via>(vias) ==
          Texts{"SIP/2.0/UDP a", "SIP/2.0/TCP b", "SIP/2.0/UDP c;d=\",\"", "SIP/2.0/UDP e", "SIP/2.0/UDP f"});
    CHECK(vias.count(Via::name) == 3);
    CHECK(vias.get<Via>().value().text == "SIP/2.0/UDP a");
    CHECK(values<Contact>(vias).empty());
}

TEST_CASE("the first value that cannot be read ends the walk and says where") {
    const auto text = request("m: <sip:a>, <sip:b\r\nm: <sip:c>\r\n");
    CHECK(values<Contact>(Message::parse(text).value()) ==
          Texts{"<sip:a>", std::to_string(text.find("\r\nm: <sip:c")) + " 400 RFC 3261 §20.10"});
    CHECK(values<Contact>(message("m: <sip:a>,\r\n")) == Texts{"46 400 RFC 3261 §7.3.1"});
    CHECK(values<Contact>(message("m: <sip:a> <sip:b>\r\n")) == Texts{"46 400 RFC 3261 §7.3.1"});
    CHECK(values<Contact>(message("m:\r\n")).size() == 1);
}

TEST_CASE("a field that may be empty adds no value, one that may not is refused") {
    CHECK(values<Supported>(message("k:\r\nSupported: 100rel\r\nk:\r\nk: path,gruu\r\n")) ==
          Texts{"100rel", "path", "gruu"});
    const auto empty = message("k:\r\nVia:\r\n");
    CHECK_FALSE(empty.find<Supported>().value().has_value());
    CHECK(told(empty.find<Via>().error()) == "43 400 RFC 3261 §25.1 via-parm");
}

TEST_CASE("an absent field is an error for get() and nothing for find()") {
    const auto none = message("To: x\r\n");
    CHECK(none.get<MaxForwards>().error().code == Errc::missing_field);
    CHECK(told(none.get<MaxForwards>().error()) == "44 400 Max-Forwards");
    CHECK_FALSE(none.find<MaxForwards>().value().has_value());
    const auto bad = message("Max-Forwards: 7x\r\n");
    CHECK(told(bad.get<MaxForwards>().error()) == "50 400 RFC 3261 §7.3.1");
    CHECK(told(bad.find<MaxForwards>().error()) == "50 400 RFC 3261 §7.3.1");
    const auto good = message("Max-Forwards: 7\r\n");
    CHECK(good.find<MaxForwards>().value().value().number == 7);
}

TEST_CASE("a datagram: what is beyond Content-Length is dropped, too little is a fault") {
    CHECK(message("l: 4\r\n", "body").body() == "body");
    CHECK(message("l: 4\r\n", "body and noise").body() == "body");
    CHECK(message("l: 4\r\n", "body and noise").octets().ends_with("\r\n\r\nbody"));
    CHECK(message("l: 0\r\n", "noise").body().empty());
    CHECK(told(request("l: 5\r\n", "body")) == "38 400 RFC 3261 §18.3");
    CHECK(told(request("l: 4294967295\r\n", "body")) == "38 400 RFC 3261 §18.3");
}

TEST_CASE("a datagram without Content-Length has all the rest for its body") {
    CHECK(message("", "body\r\nTo: x\r\n\r\n").body() == "body\r\nTo: x\r\n\r\n");
    CHECK(message("").body().empty());
}

TEST_CASE("a stream: Content-Length is exact, and only a message without a body does without") {
    const auto at_stream = [](std::string_view fields, std::string_view body) {
        return told(request(fields, body), Ends::with_content_length);
    };
    CHECK(at_stream("l: 4\r\n", "body") == "nothing to tell");
    CHECK(at_stream("l: 3\r\n", "body") == "38 400 RFC 3261 §18.3");
    CHECK(at_stream("l: 5\r\n", "body") == "38 400 RFC 3261 §18.3");
    CHECK(at_stream("", "body") == "37 400 RFC 3261 §20.14");
    CHECK(at_stream("", "") == "nothing to tell");
}

TEST_CASE("a Content-Length that is no number, or stands twice, is a fault of the whole message") {
    CHECK(told(request("l: -1\r\n")) == "38 400 RFC 3261 §20.14");
    CHECK(told(request("l: +0\r\n")) == "38 400 RFC 3261 §20.14");
    CHECK(told(request("l:\r\n")) == "37 400 RFC 3261 §20.14");
    CHECK(told(request("l: 4294967296\r\n")) == "38 400 RFC 3261 §20.14");
    CHECK(told(request("l: 0 0\r\n")) == "40 400 RFC 3261 §7.3.1");
    CHECK(told(request("l: 0,0\r\n")) == "39 400 RFC 3261 §7.3.1");
    CHECK(told(request("l: 0\r\nContent-length: 0\r\n")) == "41 400 RFC 3261 §20.14");
    CHECK(message("Content-Length:\r\n 0004\r\n", "body").body() == "body");
}

TEST_CASE("a bare CR or LF ends no line and is refused where it stands") {
    const std::string rule = " 400 RFC 3261 §25.1 CRLF";
    CHECK(told(request("A: 1\nB: 2\r\n")) == "39" + rule);
    CHECK(told(request("A: 1\rB: 2\r\n")) == "39" + rule);
    CHECK(told(request("A: 1\r\r\n")) == "39" + rule);
    CHECK(told(request("A: 1\n\nB: 2\r\n")) == "39" + rule);
    CHECK(told(request("A: 1\r\n\nB: 2\r\n")) == "41" + rule);
    CHECK(told(request("A: 1\n folded\r\n")) == "39" + rule);
    CHECK(told("OPTIONS sip:a SIP/2.0\nA: 1\n\n") == "21" + rule);
    CHECK(told("\n" + request("")) == "0" + rule);
    CHECK(told("SIP/2.0 200 O\rK\r\n\r\n") == "13" + rule);
    CHECK(message("", "1\n2\r3").body() == "1\n2\r3");
}

TEST_CASE("of several faults the first one is told") {
    CHECK(told("OPTIONS sip:a SIP/7.0\r\nA: 1\nB: 2\r\n\r\n") == "14 505 RFC 3261 §7.1");
    CHECK(told("OPTIONS sip:a SIP/7.0\rx\r\n\r\n") == "14 505 RFC 3261 §7.1");
    CHECK(told(request("= bad\r\nA: 1\rB: 2\r\n")) == "35 400 RFC 3261 §7.3.1");
    CHECK(told(request("A: 1\nB: 2\r\n= bad\r\n")) == "39 400 RFC 3261 §25.1 CRLF");
    CHECK(told(request("= bad\r\nl: 9\r\n")) == "35 400 RFC 3261 §7.3.1");
}

TEST_CASE("of a header that is broken nobody can say that its Content-Length is wrong") {
    CHECK(told(request("l: 9\r\n= bad\r\n")) == "41 400 RFC 3261 §7.3.1");
    CHECK(told(std::string(options_line) + "l: 9\r\n") == "41 400 RFC 3261 §7");
}

TEST_CASE("a line without a name or a colon is refused where that should stand") {
    CHECK(told(request(": x\r\n")) == "35 400 RFC 3261 §7.3.1");
    CHECK(told(request("To\r\n")) == "37 400 RFC 3261 §7.3.1");
    CHECK(told(request("To (x): y\r\n")) == "38 400 RFC 3261 §7.3.1");
    CHECK(told(std::string(options_line) + "To") == "37 400 RFC 3261 §7.3.1");
}

TEST_CASE("however a message is cut, the cut is noticed") {
    const auto whole = request("Via: SIP/2.0/UDP h\r\nSubject: a\r\n b\r\nl : 4\r\n", "body");
    REQUIRE(Message::parse(whole).has_value());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        const auto cut = Message::parse(whole.substr(0, size));
        REQUIRE_FALSE(cut.has_value());
        CHECK(cut.error().offset <= size);
    }
}

TEST_CASE("after a fault what could be read is there, so that it can be answered") {
    Message broken;
    REQUIRE_FALSE(
        broken.assign("NONSENSE\r\nVia: SIP/2.0/UDP h\r\n= bad\r\n  folded\r\nTo: x\r\nl: 9\r\n\r\nbody"));
    CHECK(broken.is_request());
    CHECK(lines(broken) == Texts{"Via=SIP/2.0/UDP h", "To=x", "l=9"});
    CHECK(broken.get<Via>().value().host.text == "h");
    REQUIRE_FALSE(broken.assign("INVITE sip:a SIP/3.0\r\nTo: x\r\nFrom: y"));
    CHECK(broken.method() == method::invite);
    CHECK(lines(broken) == Texts{"To=x", "From=y"});
}

TEST_CASE("after a fault no field is there that holds half a line end") {
    Message broken;
    for (const auto half : {"\n", "\r"}) {
        REQUIRE_FALSE(
            broken.assign("SIP/2.0 999 ?\r\nTo: x" + std::string(half) + "Via: y\r\nFrom: z\r\n z\r\n\r\n"));
        CHECK(broken.is_response());
        CHECK(lines(broken) == Texts{"From=z\r\n z"});
    }
}

TEST_CASE("limit: a message of as many octets as a datagram carries, and not one more") {
    const auto head = request("");
    const auto most = head + std::string(limits::message_octets - head.size(), 'x');
    CHECK(Message::parse(most).value().octets().size() == limits::message_octets);
    CHECK(told(most + "x") == "65535 513 limits::message_octets");
    Message huge;
    REQUIRE_FALSE(huge.assign(most + most));
    CHECK_FALSE((huge.is_request() || huge.is_response()));
    CHECK(huge.octets().size() == limits::message_octets + 1);
    CHECK(huge.fields().empty());
}

TEST_CASE("limit: a name and a value may fill a whole message") {
    const auto room = limits::message_octets - request("").size();
    const auto name = message(std::string(room - 3, 'n') + ":\r\n");
    CHECK(name.name(name.fields()[0]).size() == room - 3);
    const auto value = message("X:" + std::string(room - 4, 'v') + "\r\n");
    CHECK(value.value(value.fields()[0]).size() == room - 4);
}

TEST_CASE("limit: so many fields, and not one more") {
    CHECK(message(repeated("A: 1\r\n", limits::message_fields)).fields().size() == limits::message_fields);
    Message many;
    const auto refused = many.assign(request(repeated("A: 1\r\n", limits::message_fields + 1)));
    const auto offset = options_line.size() + limits::message_fields * 6;
    CHECK(told(refused.error()) == std::to_string(offset) + " 513 limits::message_fields");
    CHECK(many.fields().size() == limits::message_fields);
}

TEST_CASE("limit: so many values of one kind, over however many fields, and not one more") {
    const auto two = repeated("m: <sip:a>,<sip:b>\r\n", limits::values_per_field / 2);
    CHECK(values<Contact>(message(two)).size() == limits::values_per_field);
    const auto more = values<Contact>(message(two + "m: <sip:c>\r\n"));
    REQUIRE(more.size() == limits::values_per_field + 1);
    const auto offset = options_line.size() + two.size() + 3;
    CHECK(more.back() == std::to_string(offset) + " 513 limits::values_per_field");
    CHECK(values<Contact>(message("m: <sip:a>" + repeated(",<sip:b>", limits::values_per_field) + "\r\n"))
              .back()
              .ends_with("limits::values_per_field"));
}

TEST_CASE("limit: so many parameters of one value, and not one more") {
    const auto via = "Via: SIP/2.0/UDP h" + repeated(";a", limits::parameters);
    const auto most = message(via + "\r\n"), beyond = message(via + ";a\r\n");
    CHECK(most.get<Via>().has_value());
    const auto offset = options_line.size() + via.size() + 2;
    CHECK(told(beyond.get<Via>().error()) == std::to_string(offset) + " 513 limits::parameters");
}

TEST_CASE("text inserted at the end of a value belongs to it, and all behind it moves along") {
    auto one = message("Via: SIP/2.0/UDP h\r\nTo: x\r\nEmpty:\r\n", "body");
    const auto via = one.get<Via>().value().text;
    one.insert(one.offset_of(via) + via.size(), ";received=192.0.2.1");
    CHECK(lines(one) == Texts{"Via=SIP/2.0/UDP h;received=192.0.2.1", "To=x", "Empty="});
    CHECK(one.method() == method::options);
    CHECK(one.request_uri() == "sip:b@example.com");
    CHECK(one.body() == "body");
    CHECK(lines(Message::parse(one.octets()).value()) == lines(one));
}

TEST_CASE("text can be inserted anywhere in the start line and in values") {
    auto one = message("Via: SIP/2.0/UDP h;rport;x\r\nEmpty: \r\n", "body");
    one.insert(one.octets().find(";x"), "=9");
    one.insert(one.fields()[1].value_at, "full");
    one.insert(one.offset_of(one.request_uri()) + one.request_uri().size(), ";lr");
    CHECK(lines(one) == Texts{"Via=SIP/2.0/UDP h;rport=9;x", "Empty=full"});
    CHECK(one.request_uri() == "sip:b@example.com;lr");
    CHECK(one.octets() ==
          "OPTIONS sip:b@example.com;lr SIP/2.0\r\nVia: SIP/2.0/UDP h;rport=9;x\r\nEmpty: full\r\n\r\nbody");
    CHECK(one.body() == "body");
}

TEST_CASE("a line inserted before a field leaves that field whole") {
    auto one = message("To: x\r\nFrom: y\r\n", "body");
    one.insert(one.fields()[1].name_at, "Route: <sip:p>\r\n");
    CHECK(lines(one) == Texts{"To=x", "From=y"});
    CHECK(lines(Message::parse(one.octets()).value()) == Texts{"To=x", "Route=<sip:p>", "From=y"});
    CHECK(one.body() == "body");
}

TEST_CASE("text inserted into a reason phrase or a body stays there") {
    auto response = Message::parse("SIP/2.0 200 \r\nTo: x\r\n\r\nbody").value();
    response.insert(12, "OK");
    CHECK(response.reason() == "OK");
    response.insert(response.octets().size(), "guard");
    CHECK(response.body() == "bodyguard");
    CHECK(lines(response) == Texts{"To=x"});
}

TEST_CASE("a message that is used again remembers nothing, and needs no new memory") {
    Message again;
    REQUIRE(again.assign(request("To: x\r\nFrom: y\r\nVia: SIP/2.0/UDP h\r\n", "a longer body")));
    const auto* memory = again.octets().data();
    const auto* index = again.fields().data();
    REQUIRE(again.assign("SIP/2.0 200 OK\r\nTo: z\r\n\r\n"));
    CHECK(again.octets().data() == memory);
    CHECK(again.fields().data() == index);
    CHECK(again.is_response());
    CHECK(lines(again) == Texts{"To=z"});
    CHECK(again.body().empty());
    REQUIRE_FALSE(again.assign("???"));
    CHECK(again.fields().empty());
    CHECK(again.reason().empty());
    CHECK(again.status().code() == 0);
    REQUIRE(again.assign(request("l: 4\r\n", "body")));
    CHECK(again.body() == "body");
}

TEST_CASE("slices survive the copy and the move of their message") {
    auto original = message("To: x\r\nSubject: y\r\n", "body");
    const auto copy = original;
    original.insert(original.fields()[0].value_at, "changed ");
    CHECK(lines(copy) == Texts{"To=x", "Subject=y"});
    const auto moved = std::move(original);
    CHECK(lines(moved) == Texts{"To=changed x", "Subject=y"});
    CHECK(moved.get<Subject>().value().text == "y");
    CHECK(moved.body() == "body");
    CHECK_FALSE((Message().is_request() || Message().is_response()));
}
