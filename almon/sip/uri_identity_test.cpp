#include <doctest/doctest.h>

#include <string>

#include "almon/sip/uri.hpp"

using namespace almon::sip;

namespace {

Uri read(std::string_view text) {
    const auto uri = Uri::parse(text);
    CAPTURE(text);
    REQUIRE(uri.has_value());
    return *uri;
}

bool same(std::string_view a, std::string_view b) {
    const auto one = read(a), other = read(b);
    CAPTURE(a);
    CAPTURE(b);
    CHECK(equivalent(one, one));
    CHECK(equivalent(other, other));
    CHECK(equivalent(one, other) == equivalent(other, one));
    return equivalent(one, other);
}

std::string key(std::string_view text) {
    return address_of_record(read(text));
}

}  // namespace

TEST_CASE("the equivalent URIs of RFC 3261 §19.1.4 are so") {
    CHECK(same("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"));
    CHECK(same("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"));
    CHECK(same("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"));
    CHECK(same("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"));
    CHECK(same("sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
               "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"));
    CHECK(same("sip:alice@atlanta.com?subject=project%20x&priority=urgent",
               "sip:alice@atlanta.com?priority=urgent&subject=project%20x"));
}

TEST_CASE("the different URIs of RFC 3261 §19.1.4 are so") {
    CHECK_FALSE(same("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"));
    CHECK_FALSE(same("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"));
    CHECK_FALSE(same("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"));
    CHECK_FALSE(same("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"));
    CHECK_FALSE(same("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"));
    CHECK_FALSE(same("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"));
    CHECK_FALSE(same("sip:a@b", "sips:a@b"));
}

TEST_CASE("equivalence is not transitive, as RFC 3261 §19.1.4 notes") {
    CHECK(same("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"));
    CHECK(same("sip:carol@chicago.com", "sip:carol@chicago.com;security=off"));
    CHECK_FALSE(same("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"));
}

TEST_CASE("user and password are compared with case, and absent is not empty") {
    CHECK(same("SIP:alice@B", "sip:alice@b"));
    CHECK_FALSE(same("sip:alice@b", "sip:b"));
    CHECK_FALSE(same("sip:alice@b", "sip:Alice@b"));
    CHECK(same("sip:alice:pw@b", "sip:alice:%70w@b"));
    CHECK_FALSE(same("sip:alice:pw@b", "sip:alice:PW@b"));
    CHECK_FALSE(same("sip:alice:pw@b", "sip:alice@b"));
    CHECK_FALSE(same("sip:alice:@b", "sip:alice@b"));
}

TEST_CASE("an escaped reserved character is not the character itself") {
    CHECK_FALSE(same("sip:a%3Bb@c", "sip:a;b@c"));
    CHECK(same("sip:a%3Bb@c", "sip:a%3bb@c"));
    CHECK(same("sip:a%2Db@c", "sip:a-b@c"));
    CHECK(same("sip:a@c;%70=%51", "sip:a@c;P=q"));
}

TEST_CASE("numeric hosts are the same when the address is, names with or without the closing dot") {
    CHECK(same("sip:a@[2001:DB8:0:0::1]", "sip:a@[2001:db8::0.0.0.1]"));
    CHECK(same("sip:a@B.example.", "sip:a@b.EXAMPLE"));
    CHECK_FALSE(same("sip:a@192.0.2.1", "sip:a@192.0.2.2"));
    CHECK_FALSE(same("sip:a@[::1]", "sip:a@[::2]"));
    CHECK_FALSE(same("sip:a@b.example", "sip:a@c.example"));
    CHECK(same("sip:a@b:05060", "sip:a@b:5060"));
}

TEST_CASE("a parameter that decides where a request goes may not stand in one URI only") {
    for (const auto with :
         {"sip:a@b;transport=udp", "sip:a@b;user=ip", "sip:a@b;ttl=1", "sip:a@b;method=INVITE",
          "sip:a@b;maddr=192.0.2.1", "sip:a@b;MADDR=192.0.2.1", "sip:a@b;%74tl=1"})
        CHECK_FALSE(same("sip:a@b", with));
    CHECK(same("sip:a@b", "sip:a@b;lr"));
    CHECK(same("sip:a@b;x;lr", "sip:a@b;y=1"));
}

TEST_CASE("a parameter in both URIs has the same value, without case") {
    CHECK(same("sip:a@b;user=PHONE;ttl=1", "sip:a@b;ttl=1;user=phone"));
    CHECK_FALSE(same("sip:a@b;ttl=1", "sip:a@b;ttl=2"));
    CHECK_FALSE(same("sip:a@b;lr", "sip:a@b;lr=on"));
    CHECK_FALSE(same("sip:a@b;x=1", "sip:a@b;x=11"));
}

TEST_CASE("no header is ignored, and the order of different ones is of no consequence") {
    CHECK_FALSE(same("sip:a@b?x=1", "sip:a@b?x=2"));
    CHECK_FALSE(same("sip:a@b?x=1", "sip:a@b?x=1&y=2"));
    CHECK_FALSE(same("sip:a@b?x=", "sip:a@b"));
    CHECK(same("sip:a@b?X=1&y=Z", "sip:a@b?Y=z&x=1"));
}

TEST_CASE("a header or parameter that stands twice leaves a URI equal to itself") {
    CHECK(same("sip:a@b?route=c&route=d", "sip:a@b?route=c&route=d"));
    CHECK(same("sip:a@b?route=c&route=d&x=1", "sip:a@b?x=1&route=d&route=c"));
    CHECK_FALSE(same("sip:a@b?route=c&route=c", "sip:a@b?route=c"));
    CHECK_FALSE(same("sip:a@b?route=c&route=c&route=d", "sip:a@b?route=c&route=d&route=d"));
    CHECK(same("sip:a@b;x=1;x=2", "sip:a@b;x=2;x=1"));
    CHECK_FALSE(same("sip:a@b;x=1;x=2", "sip:a@b;x=1"));
    CHECK(same("tel:+1;x=1;x=2", "tel:+1;x=2;x=1"));
}

TEST_CASE("tel URIs are compared without visual separators and case") {
    CHECK(same("tel:+1-201-555-0123", "TEL:+1(201)555.0123"));
    CHECK_FALSE(same("tel:+12", "tel:12;phone-context=+1"));
    CHECK_FALSE(same("tel:+12015550123", "tel:+12015550124"));
    CHECK(same("tel:1A;phone-context=a.b", "tel:1a;phone-context=A.B"));
    CHECK(same("tel:7;phone-context=+1-914", "tel:7;phone-context=+1914"));
    CHECK_FALSE(same("tel:7;phone-context=+1914", "tel:7;phone-context=+1915"));
    CHECK_FALSE(same("tel:7;phone-context=+1914", "tel:7;phone-context=example.com"));
    CHECK_FALSE(same("tel:7;phone-context=a-b.c", "tel:7;phone-context=ab.c"));
    CHECK(same("tel:+1;ext=1-2", "tel:+1;EXT=12"));
}

TEST_CASE("tel parameters have no order, and none of them is ignored") {
    CHECK(same("tel:+358-555-1234567;postd=pp22", "tel:+358-555-1234567;POSTD=PP22"));
    CHECK(same("tel:+358-555-1234567;postd=pp22;isub=1411", "tel:+358-555-1234567;isub=1411;postd=pp22"));
    CHECK_FALSE(same("tel:+1;x", "tel:+1"));
    CHECK_FALSE(same("tel:+1;x", "tel:+1;x=1"));
}

TEST_CASE("equivalent tel URIs are not equivalent as users, as RFC 3261 §19.1.6 says") {
    CHECK_FALSE(same("sip:+358-555-1234567;postd=pp22@foo.com;user=phone",
                     "sip:+358-555-1234567;POSTD=PP22@foo.com;user=phone"));
    CHECK_FALSE(same("sip:+358-555-1234567;postd=pp22;isub=1411@foo.com;user=phone",
                     "sip:+358-555-1234567;isub=1411;postd=pp22@foo.com;user=phone"));
}

TEST_CASE("URIs of other schemes are the same when their octets are") {
    CHECK(same("urn:service:sos", "urn:service:sos"));
    CHECK_FALSE(same("urn:service:sos", "urn:service:SOS"));
    CHECK_FALSE(same("mailto:a@b", "sip:a@b"));
    CHECK_FALSE(same("tel:+1", "urn:+1"));
}

TEST_CASE("an address-of-record has no password, parameters and headers") {
    CHECK(key("sip:alice@atlanta.com") == "sip:alice@atlanta.com");
    CHECK(key("sip:alice:pw@atlanta.com;user=ip;lr?x=y") == "sip:alice@atlanta.com");
    CHECK(key("sip:atlanta.com;transport=tcp") == "sip:atlanta.com");
    CHECK(key("sip:alice;day=tuesday@atlanta.com") == "sip:alice;day=tuesday@atlanta.com");
}

TEST_CASE("an address-of-record is escaped only where it must be") {
    CHECK(key("sip:%61l%69ce@b") == "sip:alice@b");
    CHECK(key("sip:a%3bb%2F@b") == "sip:a;b/@b");
    CHECK(key("sip:a%40b%3a%25@b") == "sip:a%40b%3A%25@b");
    CHECK(key("sip:null-%00-null@b") == "sip:null-%00-null@b");
    CHECK(key("sip:%c3%b8@b") == "sip:%C3%B8@b");
    for (const auto text : {"sip:%61;%40@b:5061", "sips:a@[::1]:5", "tel:7-1;phone-context=+1-2", "urn:x"})
        CHECK(key(key(text)) == key(text));
}

TEST_CASE("an address-of-record's host has one form") {
    CHECK(key("sip:a@AtLanTa.CoM") == "sip:a@atlanta.com");
    CHECK(key("sip:a@atlanta.com.") == "sip:a@atlanta.com");
    CHECK(key("sip:a@[2001:DB8:0::0:1]") == "sip:a@[2001:db8::1]");
    CHECK(key("sip:a@192.0.2.4") == "sip:a@192.0.2.4");
    CHECK(key("sip:Alice@b") == "sip:Alice@b");
}

TEST_CASE("an address-of-record keeps a port that is not the scheme's own") {
    CHECK(key("sip:a@b:5060") == "sip:a@b");
    CHECK(key("sip:a@b:5061") == "sip:a@b:5061");
    CHECK(key("sips:a@b:5061") == "sip:a@b");
    CHECK(key("sips:a@b:5060") == "sip:a@b:5060");
    CHECK(key("sip:a@[::1]:70") == "sip:a@[::1]:70");
    CHECK(key("sips:a@b") == key("sip:a@b"));
}

TEST_CASE("an address-of-record of another scheme is its number or its text") {
    CHECK(key("TEL:+1-(201).5;ext=4") == "tel:+12015");
    CHECK(key("tel:7-0A;phone-context=Example.COM;x=y") == "tel:70a;phone-context=example.com");
    CHECK(key("tel:7;phone-context=+1-2") == "tel:7;phone-context=+12");
    CHECK(key("urn:service:Sos") == "urn:service:Sos");
}

TEST_CASE("the port is taken off a key, and nothing else is") {
    CHECK(without_port("sip:a@b:5070") == "sip:a@b");
    CHECK(without_port("sip:a@b") == "sip:a@b");
    CHECK(without_port("sip:a@[::1]:5070") == "sip:a@[::1]");
    CHECK(without_port("sip:a@[::1]") == "sip:a@[::1]");
    CHECK(without_port("sip:b:5070") == "sip:b");
    CHECK(without_port("sip:b") == "sip:b");
    CHECK(without_port("sip:[::1]:5070") == "sip:[::1]");
    CHECK(without_port("sip:[::1]") == "sip:[::1]");
    CHECK(without_port("tel:+12015") == "tel:+12015");
    CHECK(without_port("urn:service:sos") == "urn:service:sos");
    CHECK(without_port("http://a@b:80/c:d") == "http://a@b:80/c:d");
    CHECK(without_port("") == "");
}
