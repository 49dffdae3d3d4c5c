#include "almon/sip/transport/request_route.hpp"

#include <doctest/doctest.h>

namespace almon::sip {
namespace {

using base::Errc;

Endpoint at(std::string_view text) {
    return Endpoint::parse(text).value();
}
auto target(std::string_view uri) {
    return numeric_target(Uri::parse(uri).value());
}
Errc fault(std::string_view uri) {
    const auto found = target(uri);
    REQUIRE_FALSE(found);
    return found.error().code;
}

}  // namespace

TEST_CASE("target: a numeric host, default transport and port") {
    CHECK(target("sip:bob@192.0.2.4") == Target{Transport::udp, at("192.0.2.4:5060")});
    CHECK(target("sip:192.0.2.4:5070") == Target{Transport::udp, at("192.0.2.4:5070")});
    CHECK(target("sip:bob@[2001:db8::10]") == Target{Transport::udp, at("[2001:db8::10]:5060")});
    CHECK(target("sips:bob@192.0.2.4") == Target{Transport::tls, at("192.0.2.4:5061")});
}

TEST_CASE("target: the transport parameter, without case") {
    CHECK(target("sip:192.0.2.4;transport=tcp") == Target{Transport::tcp, at("192.0.2.4:5060")});
    CHECK(target("sip:192.0.2.4;Transport=UDP") == Target{Transport::udp, at("192.0.2.4:5060")});
    CHECK(target("sip:192.0.2.4;transport=tls") == Target{Transport::tls, at("192.0.2.4:5061")});
    CHECK(target("sip:192.0.2.4;transport=ws") == Target{Transport::ws, at("192.0.2.4:80")});
    CHECK(target("sips:192.0.2.4;transport=tcp") == Target{Transport::tls, at("192.0.2.4:5061")});
    CHECK(target("sips:192.0.2.4;transport=tls") == Target{Transport::tls, at("192.0.2.4:5061")});
    CHECK(target("sips:192.0.2.4;transport=ws") == Target{Transport::wss, at("192.0.2.4:443")});
    CHECK(target("sips:192.0.2.4;transport=wss") == Target{Transport::wss, at("192.0.2.4:443")});
    CHECK(fault("sips:192.0.2.4;transport=udp") == Errc::unsupported_value);
    CHECK(fault("sip:192.0.2.4;transport=sctp") == Errc::unsupported_value);
    CHECK(fault("sip:192.0.2.4;transport") == Errc::unsupported_value);
}

TEST_CASE("target: maddr stands in for the host") {
    CHECK(target("sip:bob@example.com;maddr=192.0.2.4") == Target{Transport::udp, at("192.0.2.4:5060")});
    CHECK(target("sip:bob@192.0.2.9:5070;maddr=[2001:db8::1]") ==
          Target{Transport::udp, at("[2001:db8::1]:5070")});
    CHECK(fault("sip:bob@192.0.2.9;maddr=example.com") == Errc::unsupported_value);
    CHECK(fault("sip:bob@192.0.2.9;maddr") == Errc::unsupported_value);
    CHECK(fault("sip:bob@192.0.2.9;maddr=224.0.1.75") == Errc::unsupported_value);
}

TEST_CASE("target: names, multicast and other schemes are not targets") {
    CHECK(fault("sip:bob@example.com") == Errc::unsupported_value);
    CHECK(fault("sip:224.0.1.75") == Errc::unsupported_value);
    CHECK(fault("tel:+15551234") == Errc::unsupported_scheme);
    CHECK(fault("http://192.0.2.4/") == Errc::unsupported_scheme);
}

}  // namespace almon::sip
