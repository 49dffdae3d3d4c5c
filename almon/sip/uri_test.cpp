#include "almon/sip/uri.hpp"

#include <doctest/doctest.h>

#include <string>

#include "almon/base/limits.hpp"

using namespace almon::sip;
using almon::base::printed;

namespace {

Uri read(std::string_view text) {
    const auto uri = Uri::parse(text);
    CAPTURE(text);
    REQUIRE(uri.has_value());
    return *uri;
}

Error fault(std::string_view text) {
    const auto uri = Uri::parse(text, 100);
    CAPTURE(text);
    REQUIRE_FALSE(uri.has_value());
    auto error = uri.error();
    error.offset -= 100;
    return error;
}

bool refused(std::string_view text, Errc code, std::size_t offset, std::string_view rule) {
    const auto error = fault(text);
    CAPTURE(text);
    CHECK(error.code == code);
    CHECK(error.offset == offset);
    CHECK(std::string_view(error.rule) == rule);
    return error.code == code && error.offset == offset && error.rule == rule;
}

std::string repeat(std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
}

}  // namespace

TEST_CASE("every part of a sip URI is told apart") {
    const auto uri =
        read("sip:alice:secretword@atlanta.com:5070;transport=tcp;lr?subject=project%20x&priority=urgent");
    CHECK(uri.scheme() == Uri::Scheme::sip);
    CHECK(uri.scheme_text() == "sip");
    CHECK(uri.user() == "alice");
    CHECK(uri.password() == "secretword");
    CHECK(uri.host().text == "atlanta.com");
    CHECK_FALSE(uri.host().address.has_value());
    CHECK(uri.port() == 5070);
    CHECK(uri.parameters() == ";transport=tcp;lr");
    CHECK(uri.headers() == "subject=project%20x&priority=urgent");
    CHECK(uri.has_headers());
}

TEST_CASE("a host alone is a URI, and what is absent is told from what is empty") {
    const auto uri = read("sip:atlanta.com");
    CHECK_FALSE(uri.user().has_value());
    CHECK_FALSE(uri.password().has_value());
    CHECK_FALSE(uri.port().has_value());
    CHECK(uri.parameters().empty());
    CHECK_FALSE(uri.has_headers());
    CHECK_FALSE(read("sip:alice@atlanta.com").password().has_value());
    CHECK(read("sip:alice:@atlanta.com").password() == "");
}

TEST_CASE("the examples of RFC 3261 §19.1.3 are understood and print as they came") {
    for (const auto text :
         {"sip:alice@atlanta.com", "sip:alice:secretword@atlanta.com;transport=tcp",
          "sips:alice@atlanta.com?subject=project%20x&priority=urgent",
          "sip:+1-212-555-1212:1234@gateway.com;user=phone", "sips:1212@gateway.com", "sip:alice@192.0.2.4",
          "sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com", "sip:alice;day=tuesday@atlanta.com"}) {
        CHECK(printed(read(text)) == text);
        CHECK(read(text).is_sip());
    }
    CHECK(read("sip:+1-212-555-1212:1234@gateway.com;user=phone").user() == "+1-212-555-1212");
    CHECK(read("sip:+1-212-555-1212:1234@gateway.com;user=phone").password() == "1234");
    CHECK(read("sip:alice;day=tuesday@atlanta.com").user() == "alice;day=tuesday");
    CHECK(read("sip:alice;day=tuesday@atlanta.com").parameters().empty());
}

TEST_CASE("the scheme is read without case, and sips is secure") {
    CHECK(read("SIP:a@b").scheme() == Uri::Scheme::sip);
    CHECK_FALSE(read("SIP:a@b").is_secure());
    CHECK(read("sIpS:a@b").scheme() == Uri::Scheme::sips);
    CHECK(read("sIpS:a@b").is_secure());
    CHECK(read("sIpS:a@b").scheme_text() == "sIpS");
    CHECK(read("TEL:+1").scheme() == Uri::Scheme::tel);
    CHECK_FALSE(read("TEL:+1").is_sip());
    CHECK(Uri().scheme() == Uri::Scheme::other);
}

TEST_CASE("each parameter of RFC 3261 §19.1.1 is found by its name") {
    const auto uri =
        read("sip:a@b;transport=sctp;user=phone;method=INVITE;ttl=15;maddr=239.255.255.1;lr;x=y");
    CHECK(uri.parameter("transport") == "sctp");
    CHECK(uri.parameter("user") == "phone");
    CHECK(uri.parameter("method") == "INVITE");
    CHECK(uri.parameter("ttl") == "15");
    CHECK(uri.parameter("maddr") == "239.255.255.1");
    CHECK(uri.parameter("x") == "y");
    CHECK(uri.has_parameter("lr"));
    CHECK(uri.parameter("lr") == "");
    CHECK_FALSE(uri.has_parameter("comp"));
    CHECK_FALSE(uri.has_parameter(""));
}

TEST_CASE("a parameter's name is found whatever its case and escapes") {
    CHECK(read("sip:a@b;LR").has_parameter("lr"));
    CHECK(read("sip:a@b;%6C%72").has_parameter("lr"));
    CHECK(read("sip:a@b;Transport=TCP").parameter("transport") == "TCP");
    CHECK(read("sip:a@b;lr=on").parameter("lr") == "on");
    CHECK_FALSE(read("sip:a@b;lrx").has_parameter("lr"));
    CHECK_FALSE(read("sip:a;lr@b").has_parameter("lr"));
    CHECK_FALSE(read("sip:a@b?lr=1").has_parameter("lr"));
}

TEST_CASE("of a repeated parameter the first counts") {
    CHECK(read("sip:a@b;transport=udp;TRANSPORT=tcp").parameter("transport") == "udp");
}

TEST_CASE("a parameter may hold all of its unreserved characters and an IPv6 address") {
    CHECK(read("sip:a@b;maddr=[2001:db8::1]").parameter("maddr") == "[2001:db8::1]");
    CHECK(read("sip:a@b;p=[]/:&+$-_.!~*'()").parameter("p") == "[]/:&+$-_.!~*'()");
    CHECK(read("sip:a@b;p=%3b%40").parameter("p") == "%3b%40");
}

TEST_CASE("userinfo may hold every character that RFC 3261 §25.1 allows there") {
    CHECK(read("sip:-_.!~*'()&=+$,;?/@b").user() == "-_.!~*'()&=+$,;?/");
    CHECK(read("sip:u:-_.!~*'()&=+$,%3a@b").password() == "-_.!~*'()&=+$,%3a");
    CHECK(read("sip:u?x=y@b").user() == "u?x=y");
    CHECK(read("sip:u?x=y@b").headers().empty());
}

TEST_CASE("escapes stay as they came and mean an octet each") {
    const auto uri = read("sip:sips%3Auser%40example.com@example.net");  // RFC 4475 §3.1.1.5
    CHECK(uri.user() == "sips%3Auser%40example.com");
    CHECK(unescape(*uri.user()) == "sips:user@example.com");
    CHECK(uri.host().text == "example.net");
    CHECK(unescape(*read("sip:null-%00-null@example.com").user()) == std::string("null-\0-null", 11));
    CHECK(unescape(*read("sip:j%c3%b8rn@b").user()) == "j\xc3\xb8rn");
}

TEST_CASE("numeric hosts are addresses, with and without a port") {
    const auto v4 = read("sip:alice@192.0.2.4:5080");
    CHECK(printed(v4.host().address.value()) == "192.0.2.4");
    CHECK(v4.port() == 5080);
    const auto v6 = read("sip:alice@[2001:db8::9:1]:5060;lr");
    CHECK(v6.host().text == "[2001:db8::9:1]");
    CHECK(printed(v6.host().address.value()) == "2001:db8::9:1");
    CHECK(v6.port() == 5060);
    CHECK(v6.has_parameter("lr"));
    CHECK(read("sip:[::1]").host().address.has_value());
    // RFC 5118 §4.2: without brackets the last group cannot be told from a port.
    CHECK(refused("sip:2001:db8::9:1", Errc::unexpected_byte, 4, "RFC 3261 §25.1 host"));
}

TEST_CASE("ports are numbers of 16 bits") {
    CHECK(read("sip:a@b:0").port() == 0);
    CHECK(read("sip:a@b:65535").port() == 65'535);
    CHECK(read("sip:a@b:005060").port() == 5060);
    CHECK(refused("sip:a@b:65536", Errc::number_too_large, 8, "RFC 3261 §25.1 port"));
    CHECK(refused("sip:a@b:", Errc::unexpected_end, 8, "RFC 3261 §25.1 port"));
    CHECK(refused("sip:a@b:x", Errc::unexpected_byte, 8, "RFC 3261 §25.1 port"));
    CHECK(refused("sip:a@b:-1", Errc::unexpected_byte, 8, "RFC 3261 §25.1 port"));
    CHECK(refused("sip:a@b:50 60", Errc::unexpected_byte, 10, "RFC 3261 §25.1 SIP-URI"));
}

TEST_CASE("URI headers are kept whole, empty values too") {
    CHECK(read("sip:a@b?x=").headers() == "x=");
    CHECK(read("sip:a@b?a=1&b=&c=[]/?:+$").headers() == "a=1&b=&c=[]/?:+$");
    CHECK(read("sip:b;p?body=v%3D0%0d%0A").headers() == "body=v%3D0%0d%0A");
    CHECK(read("sip:b;p?body=v%3D0%0d%0A").parameters() == ";p");
    CHECK(read("sip:a@b?Route=%3Csip:c%3Blr%3E&Route=%3Csip:d%3Blr%3E").has_headers());
}

TEST_CASE("a URI without a scheme is refused") {
    static constexpr auto rule = "RFC 3261 §25.1 scheme";
    CHECK(refused("", Errc::unexpected_end, 0, rule));
    CHECK(refused("sip", Errc::unexpected_end, 3, rule));
    CHECK(refused("alice@atlanta.com", Errc::unexpected_byte, 5, rule));
    CHECK(refused(":a@b", Errc::unexpected_byte, 0, rule));
    CHECK(refused("1sip:a@b", Errc::unexpected_byte, 0, rule));
    CHECK(refused("sip :a@b", Errc::unexpected_byte, 3, rule));
    CHECK(refused(" sip:a@b", Errc::unexpected_byte, 0, rule));
    CHECK(refused("<sip:a@b>", Errc::unexpected_byte, 0, rule));
}

TEST_CASE("bad userinfo is refused where it goes wrong") {
    CHECK(refused("sip:@b", Errc::unexpected_byte, 4, "RFC 3261 §25.1 user"));
    CHECK(refused("sip::pw@b", Errc::unexpected_byte, 4, "RFC 3261 §25.1 user"));
    CHECK(refused("sip: a@b", Errc::unexpected_byte, 4, "RFC 3261 §25.1 user"));
    CHECK(refused("sip:a b@c", Errc::unexpected_byte, 5, "RFC 3261 §25.1 userinfo"));
    CHECK(refused("sip:a%4@b", Errc::unexpected_byte, 5, "RFC 3261 §25.1 userinfo"));
    CHECK(refused("sip:a%zz@b", Errc::unexpected_byte, 5, "RFC 3261 §25.1 userinfo"));
    CHECK(refused("sip:a:b:c@d", Errc::unexpected_byte, 7, "RFC 3261 §25.1 userinfo"));
    CHECK(refused("sip:a:b;c@d", Errc::unexpected_byte, 7, "RFC 3261 §25.1 userinfo"));
    CHECK(refused("sip:j\xc3\xb8rn@b", Errc::unexpected_byte, 5, "RFC 3261 §25.1 userinfo"));
    CHECK(refused({"sip:a\0@b", 8}, Errc::unexpected_byte, 5, "RFC 3261 §25.1 userinfo"));
}

TEST_CASE("bad hosts are refused where they go wrong") {
    static constexpr auto rule = "RFC 3261 §25.1 host";
    CHECK(refused("sip:", Errc::unexpected_end, 4, rule));
    CHECK(refused("sip:a@", Errc::unexpected_end, 6, rule));
    CHECK(refused("sip:a@;lr", Errc::unexpected_byte, 6, rule));
    CHECK(refused("sip:a@[::1", Errc::unexpected_end, 10, rule));
    CHECK(refused("sip:a@192.0.2.256", Errc::unexpected_byte, 6, rule));
    CHECK(refused("sip:a@b@c", Errc::unexpected_byte, 7, "RFC 3261 §25.1 SIP-URI"));
    CHECK(refused("sip:a@b%2ec", Errc::unexpected_byte, 7, "RFC 3261 §25.1 SIP-URI"));
    CHECK(refused("sip:a@b ", Errc::unexpected_byte, 7, "RFC 3261 §25.1 SIP-URI"));
    CHECK(refused("sip:a@b>", Errc::unexpected_byte, 7, "RFC 3261 §25.1 SIP-URI"));
}

TEST_CASE("bad parameters and headers are refused where they go wrong") {
    static constexpr auto parameters = "RFC 3261 §25.1 uri-parameters";
    static constexpr auto headers = "RFC 3261 §25.1 headers";
    CHECK(refused("sip:a@b;", Errc::unexpected_end, 8, parameters));
    CHECK(refused("sip:a@b;;lr", Errc::unexpected_byte, 8, parameters));
    CHECK(refused("sip:a@b;=x", Errc::unexpected_byte, 8, parameters));
    CHECK(refused("sip:a@b;lr=", Errc::unexpected_end, 11, parameters));
    CHECK(refused("sip:a@b;x=\"y\"", Errc::unexpected_byte, 10, parameters));
    CHECK(refused("sip:a@b; lr", Errc::unexpected_byte, 8, parameters));
    CHECK(refused("sip:a@b;x=y=z", Errc::unexpected_byte, 11, "RFC 3261 §25.1 SIP-URI"));
    CHECK(refused("sip:a@b?", Errc::unexpected_end, 8, headers));
    CHECK(refused("sip:a@b?=x", Errc::unexpected_byte, 8, headers));
    CHECK(refused("sip:a@b?x", Errc::unexpected_end, 9, headers));
    CHECK(refused("sip:a@b?x&y=1", Errc::unexpected_byte, 9, headers));
    CHECK(refused("sip:a@b?x=1&", Errc::unexpected_end, 12, headers));
    CHECK(refused("sip:a@b?x=1;lr", Errc::unexpected_byte, 11, "RFC 3261 §25.1 SIP-URI"));
}

TEST_CASE("parameters and headers beyond the limit are refused, up to it they pass") {
    const auto limit = almon::base::limits::parameters;
    CHECK(read("sip:a@b" + repeat(";p=1", limit)).parameters().size() == 4 * limit);
    CHECK(
        refused("sip:a@b" + repeat(";p=1", limit + 1), Errc::too_large, 8 + 4 * limit, "limits::parameters"));
    CHECK(
        refused("tel:+1" + repeat(";p=1", limit + 1), Errc::too_large, 7 + 4 * limit, "limits::parameters"));
    const auto headers = "sip:a@b?h=1" + repeat("&h=1", limit - 1);
    CHECK(read(headers).has_headers());
    CHECK(refused(headers + "&h=1", Errc::too_large, headers.size() + 1, "limits::parameters"));
}

TEST_CASE("the tel URIs of RFC 3966 §6 are understood") {
    const auto global = read("tel:+1-201-555-0123");
    CHECK(global.scheme() == Uri::Scheme::tel);
    CHECK(global.number() == "+1-201-555-0123");
    CHECK(global.is_global_number());
    CHECK_FALSE(global.user().has_value());
    const auto local = read("tel:7042;phone-context=example.com");
    CHECK(local.number() == "7042");
    CHECK_FALSE(local.is_global_number());
    CHECK(local.parameter("phone-context") == "example.com");
    CHECK(read("tel:863-1234;phone-context=+1-914-555").parameter("phone-context") == "+1-914-555");
    CHECK(printed(global) == "tel:+1-201-555-0123");
}

TEST_CASE("a tel number has visual separators, and a local one letters, star and square too") {
    CHECK(read("tel:+(44).20-7").number() == "+(44).20-7");
    CHECK(read("tel:*21#;phone-context=a.b").number() == "*21#");
    CHECK(read("tel:1aF;phone-context=a.b").number() == "1aF");
    CHECK(read("tel:+1;ext=22;isub=1411;POSTD=pp22").parameter("postd") == "pp22");
    CHECK(read("tel:+1;isub=a%3fb").parameter("isub") == "a%3fb");
}

TEST_CASE("a bad tel URI is refused where it goes wrong") {
    static constexpr auto rule = "RFC 3966 §3";
    CHECK(refused("tel:", Errc::unexpected_end, 4, rule));
    CHECK(refused("tel:+", Errc::unexpected_end, 5, rule));
    CHECK(refused("tel:+-.()", Errc::unexpected_end, 9, rule));
    CHECK(refused("tel:+1a", Errc::unexpected_byte, 6, rule));
    CHECK(refused("tel:+1 2", Errc::unexpected_byte, 6, rule));
    CHECK(refused("tel:+1@b", Errc::unexpected_byte, 6, rule));
    CHECK(refused("tel:+1%32", Errc::unexpected_byte, 6, rule));
    CHECK(refused("tel:+1;", Errc::unexpected_end, 7, rule));
    CHECK(refused("tel:+1;ext=", Errc::unexpected_end, 11, rule));
}

TEST_CASE("a local tel number says where it is valid") {
    static constexpr auto rule = "RFC 3966 §5.1.5";
    CHECK(refused("tel:7042", Errc::unexpected_end, 8, rule));
    CHECK(refused("tel:7042;ext=1", Errc::unexpected_end, 14, rule));
    CHECK(refused("tel:7042;phone-context", Errc::unexpected_end, 22, rule));
}

TEST_CASE("URIs of other schemes are kept as text") {
    for (const auto text :
         {"http://www.example.com/sounds/moo.wav?a=b;c", "mailto:bob@biloxi.com", "urn:service:sos.fire",
          "nobodyKnowsThisScheme:totallyopaquecontent", "soap.beep://192.0.2.103:3002", "h323:a+b@c",
          "im:a%20b", "http://[2001:db8::1]:8080/ring.wav"}) {
        const auto uri = read(text);
        CHECK(uri.scheme() == Uri::Scheme::other);
        CHECK_FALSE(uri.is_sip());
        CHECK_FALSE(uri.user().has_value());
        CHECK(uri.text() == text);
        CHECK(printed(uri) == text);
    }
    CHECK(read("soap.beep://192.0.2.103:3002").scheme_text() == "soap.beep");
}

TEST_CASE("a bad URI of another scheme is refused where it goes wrong") {
    static constexpr auto rule = "RFC 3261 §25.1 absoluteURI";
    CHECK(refused("urn:", Errc::unexpected_end, 4, rule));
    CHECK(refused("urn:a b", Errc::unexpected_byte, 5, rule));
    CHECK(refused("urn:a%2", Errc::unexpected_byte, 5, rule));
    CHECK(refused("http://a/\"", Errc::unexpected_byte, 9, rule));
}
