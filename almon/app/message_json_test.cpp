#include "almon/app/message_json.hpp"

#include <doctest/doctest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <iterator>
#include <string>

#include "almon/base/limits.hpp"

using namespace almon;
namespace json = boost::json;

namespace {

// A REGISTER with these lines, each with its CRLF, and this body.
std::string register_with(std::string_view lines, std::string_view body = "") {
    return std::string(
               "REGISTER sip:a SIP/2.0\r\nVia: SIP/2.0/TCP h:5062;branch=z9hG4bKx;received=192.0.2.1\r\n"
               "From: <sip:a@a>;tag=1\r\nTo: <sip:a@a>\r\nCall-ID: c\r\nCSeq: 7 REGISTER\r\n")
        .append(lines)
        .append("\r\n")
        .append(body);
}
json::object shown(std::string_view lines, std::string_view body = "") {
    return app::message_json(register_with(lines, body));
}
// One key of it as JSON text; "" when it is not there.
std::string shown_of(const json::object& object, const char* key) {
    const auto* value = object.if_contains(key);
    return value == nullptr ? "" : json::serialize(*value);
}
std::string shown_of(const char* key, std::string_view lines, std::string_view body = "") {
    return shown_of(shown(lines, body), key);
}
json::object vector_json(const std::string& name) {
    std::ifstream in(ALMON_SOURCE_DIR "/tests/vectors/rfc4475/" + name + ".dat", std::ios::binary);
    return app::message_json(std::string{std::istreambuf_iterator<char>(in), {}});
}

}  // namespace

TEST_CASE("a request is shown with what every element reads of it") {
    const auto request = shown("Max-Forwards: 70\r\n", "body");
    CHECK(request.at("kind") == "request");
    CHECK(request.at("method") == "REGISTER");
    CHECK(shown_of(request, "uri") == R"({"text":"sip:a","scheme":"sip","host":"a"})");
    CHECK(request.at("call_id") == "c");
    CHECK(shown_of(request, "cseq") == R"({"number":7,"method":"REGISTER"})");
    CHECK(request.at("max_forwards") == 70);
    CHECK(request.at("from").at("tag") == "1");
    CHECK(shown_of(request, "to") == R"({"uri":{"text":"sip:a@a","scheme":"sip","user":"a","host":"a"}})");
    CHECK(shown_of(request, "via") ==
          R"([{"transport":"TCP","host":"h","branch":"z9hG4bKx","port":5062,"received":"192.0.2.1"}])");
    CHECK(request.at("body_octets") == 4);
    for (const auto absent :
         {"error", "faults", "route", "contact", "expires", "content_type", "allow", "parts"})
        CHECK_FALSE(request.contains(absent));
}

TEST_CASE("a response is shown with its status and reason") {
    const auto response = vector_json("unreason");
    CHECK(response.at("kind") == "response");
    CHECK(response.at("status") == 200);
    CHECK(response.at("reason").as_string().starts_with("= 2**3 * 5**2 но сто"));
    CHECK(response.at("body_octets") == 154);
    CHECK_FALSE(response.contains("method"));
}

TEST_CASE("every field is shown as it came, and where") {
    const auto fields = shown("X-a : b\r\n c\r\nY:\r\n").at("fields").as_array();
    REQUIRE(fields.size() == 7);
    CHECK(json::serialize(fields[5]) == R"({"name":"X-a","value":"b\r\n c","offset":152})");
    CHECK(json::serialize(fields[6]) == R"({"name":"Y","value":"","offset":165})");
    CHECK(register_with("X-a : b\r\n").substr(152, 4) == "X-a ");
}

TEST_CASE("lists are shown value by value, an empty one as empty") {
    CHECK(shown_of("supported", "Supported: path, gruu\r\nk: outbound\r\n") ==
          R"(["path","gruu","outbound"])");
    CHECK(shown_of("require", "Require: a\r\n") == R"(["a"])");
    CHECK(shown_of("proxy_require", "Proxy-Require: a\r\n") == R"(["a"])");
    CHECK(shown_of("unsupported", "Unsupported: a\r\n") == R"(["a"])");
    CHECK(shown_of("allow", "Allow: INVITE,ACK\r\n") == R"(["INVITE","ACK"])");
    CHECK(shown_of("allow", "Allow:\r\n") == "[]");
}

TEST_CASE("what a dialog, a registration and a subscription are about is shown") {
    CHECK(shown_of("expires", "Expires: 060\r\n") == "60");
    CHECK(shown_of("event", "o: reg ; id=1\r\n") == R"("reg;id=1")");
    CHECK(shown_of("content_type", "c: text / plain\r\n") == R"("text/plain")");
    const auto hop = [](const std::string& host) {
        return R"({"uri":{"text":"sip:)" + host + R"(;lr","scheme":"sip","host":")" + host +
               R"(","parameters":";lr"}})";
    };
    CHECK(shown_of("route", "Route: <sip:r;lr>, <sip:s;lr>\r\n") == '[' + hop("r") + ',' + hop("s") + ']');
    CHECK(shown_of("record_route", "Record-Route: <sip:r;lr>\r\n") == '[' + hop("r") + ']');
    CHECK(shown_of("path", "Path: <sip:p;lr>\r\n") == '[' + hop("p") + ']');
}

TEST_CASE("contacts are shown with their preference and time, or as all of them") {
    const auto contacts = shown("m: \"A \\\"b\\\"\" <sip:a%20b@h:99?x=y>;q=0.5;expires=60\r\n").at("contact");
    CHECK(contacts.at(0).at("display_name") == "A \"b\"");
    CHECK(contacts.at(0).at("q") == 0.5);
    CHECK(contacts.at(0).at("expires") == 60);
    CHECK(
        json::serialize(contacts.at(0).at("uri")) ==
        R"({"text":"sip:a%20b@h:99?x=y","scheme":"sip","user":"a b","host":"h","port":99,"headers":"x=y"})");
    CHECK(shown_of("contact", "m: *\r\n") == R"([{"wildcard":true}])");
}

TEST_CASE("a telephone number is shown with where it is valid") {
    const auto uri = [](const char* text) {
        return json::serialize(shown("m: <" + std::string(text) + ">\r\n").at("contact").at(0).at("uri"));
    };
    CHECK(uri("tel:+1-201-555") == R"({"text":"tel:+1-201-555","scheme":"tel","number":"+1-201-555"})");
    CHECK(uri("tel:7042;phone-context=a.example") ==
          R"({"text":"tel:7042;phone-context=a.example","scheme":"tel","number":"7042",)"
          R"("phone_context":"a.example","parameters":";phone-context=a.example"})");
    CHECK(uri("urn:x:y") == R"({"text":"urn:x:y","scheme":"urn"})");
}

TEST_CASE("of credentials nothing is shown but scheme and realm, of challenges no less") {
    const auto digest = shown(
        "Authorization: Digest username=\"ann\", realm=\"r \\\"q\\\"\", nonce=\"n\", uri=\"sip:s\",\r\n"
        " response=\"0123456789abcdef0123456789abcdef\"\r\n"
        "Proxy-Authorization: Bearer eyJ\r\nProxy-Authorization: Basic\r\n"
        "WWW-Authenticate: Digest realm=\"w\", nonce=\"n\"\r\nProxy-Authenticate: Other x=y\r\n");
    CHECK(shown_of(digest, "authorization") == R"([{"scheme":"Digest","realm":"r \"q\""}])");
    CHECK(shown_of(digest, "proxy_authorization") == R"([{"scheme":"Bearer"},{"scheme":"Basic"}])");
    CHECK(shown_of(digest, "www_authenticate") == R"([{"scheme":"Digest","realm":"w"}])");
    CHECK(shown_of(digest, "proxy_authenticate") == R"([{"scheme":"Other"}])");
    CHECK(json::serialize(digest.at("fields").at(5)) ==
          R"({"name":"Authorization","value":"Digest","offset":152,"hidden":true})");
    const auto all = json::serialize(digest);
    for (const auto secret : {"ann", "0123456789", "eyJ"}) CHECK(all.find(secret) == all.npos);
}

TEST_CASE("malformed credentials are not shown either") {
    const auto broken = shown("Proxy-Authorization: response=\"0123456789\"\r\n");
    CHECK(broken.at("faults").at(0).at("field") == "Proxy-Authorization");
    CHECK(json::serialize(broken).find("0123456789") == std::string::npos);
}

TEST_CASE("the parts of a body are shown: what they are, what for, how long and where") {
    const auto parts = vector_json("mpart01").at("parts").as_array();
    REQUIRE(parts.size() == 2);
    CHECK(json::serialize(parts[0]) == R"({"depth":1,"octets":5,"offset":820,"content_type":"text/plain",)"
                                       R"("disposition":"render","required":true})");
    CHECK(parts[1].at("octets") == 342);
    CHECK(shown_of("parts", "c: multipart/x;boundary=b\r\n",
                   "--b\r\nc: application/sdp\r\n\r\n\r\n--b\r\n"
                   "Content-Disposition: icon;handling=optional\r\n\r\n\r\n--b--") ==
          R"([{"depth":1,"octets":0,"offset":208,"content_type":"application/sdp",)"
          R"("disposition":"session","required":true},)"
          R"({"depth":1,"octets":0,"offset":262,"disposition":"icon","required":false}])");
}

TEST_CASE("what cannot be understood is shown as an error alone, with the status owed") {
    CHECK(shown_of(vector_json("badinv01"), "error") == R"({"offset":217,"line":7,"column":29,"field":"Via",)"
                                                        R"("fault":"a byte that may not stand here",)"
                                                        R"("rule":"RFC 3261 §25.1 via-parm","status":400})");
    CHECK(vector_json("badinv01").size() == 1);
    CHECK(vector_json("badvers").at("error").at("status") == 505);
    CHECK(vector_json("escruri").at("error").at("field") == "start line");
    CHECK(app::message_json("").at("error").at("status") == 400);
    CHECK(app::message_json(std::string(base::limits::message_octets + 1, 'x')).at("error").at("status") ==
          513);
}

TEST_CASE("a field that is missing is missing in the header") {
    const auto error = vector_json("insuf").at("error");
    CHECK(error.at("field") == "header");
    CHECK(error.at("rule") == "RFC 3261 §8.1.1.3 From");
}

TEST_CASE("for a malformed response no status is owed") {
    CHECK(vector_json("scalarlg").at("error").at("field") == "CSeq");
    CHECK_FALSE(vector_json("scalarlg").at("error").as_object().contains("status"));
    CHECK_FALSE(vector_json("bigcode").at("error").as_object().contains("status"));
}

TEST_CASE("faults where not every element looks are listed, each once, beside what was understood") {
    const auto contact = vector_json("regbadct");
    CHECK_FALSE(contact.contains("error"));
    CHECK(contact.at("contact").as_array().empty());
    CHECK(shown_of(contact, "faults") ==
          R"([{"offset":265,"line":8,"column":30,"field":"Contact","fault":"a byte that may not stand here",)"
          R"("rule":"RFC 3261 §7.3.1","status":400}])");
    const auto two = shown("c: text\r\nExpires: x\r\nRoute: <sip:r>, x\r\n").at("faults").as_array();
    REQUIRE(two.size() == 3);
    CHECK(two[0].at("field") == "Route");
    CHECK(two[1].at("field") == "Expires");
    CHECK(two[2].at("field") == "c");
}

TEST_CASE("a fault in a multipart is listed, whether it hides all parts or is in one") {
    const auto type = "c: multipart/x;boundary=b\r\n";
    const auto cut = shown(type, "--b\r\n\r\n");
    CHECK_FALSE(cut.contains("parts"));
    CHECK(cut.at("faults").at(0).at("rule") == "RFC 2046 §5.1.1");
    CHECK(cut.at("faults").at(0).at("field") == "body");
    const auto one = shown(type, "--b\r\nContent-Disposition:\r\n\r\n--b--");
    CHECK(one.at("parts").as_array().size() == 1);
    CHECK(one.at("faults").at(0).at("rule") == "RFC 3261 §20.11");
}

TEST_CASE("text is UTF-8; in other text an octet is the character of the same number") {
    const auto name = [](std::string_view text) {
        const auto quoted = "m: \"" + std::string(text) + "\" <sip:a>\r\n";
        return std::string(shown(quoted).at("contact").at(0).at("display_name").as_string());
    };
    CHECK(name("J\xc3\xbcrgen") == "J\xc3\xbcrgen");
    CHECK(name("J\xfcrgen") == "J\xc3\xbcrgen");
    CHECK(name("\xc3\xbc \xff") == "\xc3\x83\xc2\xbc \xc3\xbf");
    CHECK(name("a\\\x01") == "a\x01");
}

TEST_CASE("whatever the octets, what is shown is JSON") {
    for (int octet = 0; octet < 256; ++octet) {
        const std::string odd(3, static_cast<char>(octet));
        for (const auto& text :
             {register_with("X: " + odd + "\r\n"), register_with("m: \"" + odd + "\" <sip:a>\r\n"), odd,
              register_with(odd + ": x\r\n"), "INVITE sip:" + odd + " SIP/2.0\r\n\r\n"}) {
            CAPTURE(octet);
            boost::system::error_code trouble;
            json::parse(json::serialize(app::message_json(text)), trouble);
            CHECK_FALSE(trouble);
        }
    }
}
