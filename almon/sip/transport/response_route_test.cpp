#include "almon/sip/transport/response_route.hpp"

#include <doctest/doctest.h>

#include <string>

namespace almon::sip {
namespace {

Endpoint at(std::string_view text) {
    return Endpoint::parse(text).value();
}

Message request(std::string_view via) {
    return Message::parse("OPTIONS sip:a SIP/2.0\r\nVia: " + std::string(via) + "\r\nTo: <sip:b>\r\n\r\nbody")
        .value();
}

void check_same(const Via& a, const Via& b) {
    CHECK(a.text == b.text);
    CHECK(a.protocol == b.protocol);
    CHECK(a.version == b.version);
    CHECK(a.transport == b.transport);
    CHECK(a.host.text == b.host.text);
    CHECK(a.port == b.port);
    CHECK(a.branch == b.branch);
    CHECK(a.received == b.received);
    CHECK(a.has_rport == b.has_rport);
    CHECK(a.rport == b.rport);
    CHECK(a.maddr == b.maddr);
    CHECK(a.parameters.text() == b.parameters.text());
}

// The top Via, after a request with it has come from there.
std::string marked(std::string_view via, std::string_view peer) {
    auto message = request(via);
    const auto before = message.octets().size();
    auto top = message.get<Via>().value();
    const bool changed = mark_source(message, top, at(peer));
    check_same(top, message.get<Via>().value());
    CHECK(changed == (message.octets().size() != before));
    CHECK(message.value(message.fields()[1]) == "<sip:b>");
    CHECK(message.body() == "body");
    return std::string(message.get<Via>().value().text);
}

Endpoint answer(Transport transport, std::string_view via, std::string_view peer) {
    const auto message = request(via);
    const Flow flow{.transport = transport, .local = at("192.0.2.1:5060"), .peer = at(peer)};
    return response_endpoint(flow, message.get<Via>().value());
}

}  // namespace

TEST_CASE("source: received is added when sent-by is a name or another address, and only then") {
    CHECK(marked("SIP/2.0/UDP bobspc.biloxi.com:5060", "192.0.2.4:5060") ==
          "SIP/2.0/UDP bobspc.biloxi.com:5060;received=192.0.2.4");
    CHECK(marked("SIP/2.0/UDP 10.1.1.1;branch=z9hG4bK1", "192.0.2.4:5060") ==
          "SIP/2.0/UDP 10.1.1.1;branch=z9hG4bK1;received=192.0.2.4");
    CHECK(marked("SIP/2.0/UDP 192.0.2.4:5070;branch=1", "192.0.2.4:5060") ==
          "SIP/2.0/UDP 192.0.2.4:5070;branch=1");
}

TEST_CASE("source: rport gets its value where it stands, and received always comes with it") {
    CHECK(marked("SIP/2.0/UDP 10.1.1.1:4540;rport;branch=z9hG4bKkjshdyff", "192.0.2.1:9988") ==
          "SIP/2.0/UDP 10.1.1.1:4540;rport=9988;received=192.0.2.1;branch=z9hG4bKkjshdyff");
    CHECK(marked("SIP/2.0/UDP 192.0.2.1:5060;branch=1;RPORT", "192.0.2.1:5060") ==
          "SIP/2.0/UDP 192.0.2.1:5060;branch=1;RPORT=5060;received=192.0.2.1");
}

TEST_CASE("source: the second Via of a line stays as it is") {
    CHECK(marked("SIP/2.0/UDP a;branch=1, SIP/2.0/UDP b;rport", "192.0.2.1:9988") ==
          "SIP/2.0/UDP a;branch=1;received=192.0.2.1");
}

TEST_CASE("source: IPv6 is written without brackets, and an IPv4-mapped address as IPv4") {
    CHECK(marked("SIP/2.0/UDP [2001:db8::9:1];branch=1", "[2001:db8::9:255]:5060") ==
          "SIP/2.0/UDP [2001:db8::9:1];branch=1;received=2001:db8::9:255");
    CHECK(marked("SIP/2.0/UDP [2001:DB8:0::9:1];branch=1", "[2001:db8::9:1]:5060") ==
          "SIP/2.0/UDP [2001:DB8:0::9:1];branch=1");
    CHECK(marked("SIP/2.0/UDP 192.0.2.1;branch=1", "[::ffff:192.0.2.1]:5060") ==
          "SIP/2.0/UDP 192.0.2.1;branch=1");
    CHECK(marked("SIP/2.0/UDP h;rport", "[::ffff:192.0.2.1]:5060") ==
          "SIP/2.0/UDP h;rport=5060;received=192.0.2.1");
}

TEST_CASE("source: a received or an rport value of the peer's own making is not believed") {
    CHECK(marked("SIP/2.0/UDP h;received=198.51.100.9;branch=1", "192.0.2.1:5062") ==
          "SIP/2.0/UDP h;received=198.51.100.9;branch=1");
    CHECK(answer(Transport::udp, "SIP/2.0/UDP h;received=198.51.100.9;rport=9", "192.0.2.1:5062") ==
          at("192.0.2.1:5062"));
}

TEST_CASE("response: over UDP it goes to the source address, to the port of sent-by or of rport") {
    CHECK(answer(Transport::udp, "SIP/2.0/UDP h:5070;branch=1", "192.0.2.1:9988") == at("192.0.2.1:5070"));
    CHECK(answer(Transport::udp, "SIP/2.0/UDP 10.1.1.1;branch=1", "192.0.2.1:9988") == at("192.0.2.1:5060"));
    CHECK(answer(Transport::udp, "SIP/2.0/UDP h:0;branch=1", "192.0.2.1:9988") == at("192.0.2.1:5060"));
    CHECK(answer(Transport::udp, "SIP/2.0/UDP h:5070;rport;branch=1", "192.0.2.1:9988") ==
          at("192.0.2.1:9988"));
}

TEST_CASE("response: over a stream that closed, a new one is opened to the port of sent-by or the default") {
    CHECK(answer(Transport::tcp, "SIP/2.0/TCP h;rport", "192.0.2.1:40001") == at("192.0.2.1:5060"));
    CHECK(answer(Transport::tcp, "SIP/2.0/TCP h:5080", "192.0.2.1:40001") == at("192.0.2.1:5080"));
    CHECK(answer(Transport::tls, "SIP/2.0/TLS h", "192.0.2.1:40001") == at("192.0.2.1:5061"));
    CHECK(answer(Transport::tcp, "SIP/2.0/TCP h;maddr=192.0.2.99", "192.0.2.1:40001") ==
          at("192.0.2.1:5060"));
}

TEST_CASE("response: a numeric unicast maddr is followed, to the port of sent-by") {
    CHECK(answer(Transport::udp, "SIP/2.0/UDP h:5070;rport;maddr=192.0.2.99", "192.0.2.1:9") ==
          at("192.0.2.99:5070"));
    CHECK(answer(Transport::udp, "SIP/2.0/UDP h;maddr=[2001:db8::1]", "192.0.2.1:9") ==
          at("[2001:db8::1]:5060"));
    CHECK(answer(Transport::udp, "SIP/2.0/UDP h;maddr=127.0.0.2", "127.0.0.1:9") == at("127.0.0.2:5060"));
}

TEST_CASE("response: maddr cannot aim us at multicast, broadcast, loopback or a name") {
    for (const auto* maddr : {"224.0.1.75", "255.255.255.255", "0.0.0.0", "127.0.0.1", "[::1]", "[ff02::1]",
                              "[::ffff:127.0.0.1]", "example.com", "[]", "["}) {
        CAPTURE(maddr);
        Via via;
        via.maddr = maddr;
        const Flow flow{.local = at("192.0.2.1:5060"), .peer = at("192.0.2.4:9")};
        CHECK(response_endpoint(flow, via) == at("192.0.2.4:5060"));
    }
}

}  // namespace almon::sip
