#include "almon/sip/transport/flow.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

namespace almon::sip {
namespace {

constexpr std::array transports{Transport::udp, Transport::tcp, Transport::tls, Transport::ws,
                                Transport::wss};

Flow flow() {
    return {.transport = Transport::tcp,
            .local = Endpoint::parse("192.0.2.1:5060").value(),
            .peer = Endpoint::parse("[2001:db8::9]:40001").value(),
            .connection = {.slot = 3, .generation = 1, .shard = 2}};
}

}  // namespace

TEST_CASE("flow: a Via writes its transport in capitals, a URI in small letters") {
    CHECK(via_name(Transport::udp) == "UDP");
    CHECK(via_name(Transport::tcp) == "TCP");
    CHECK(via_name(Transport::tls) == "TLS");
    CHECK(via_name(Transport::ws) == "WS");
    CHECK(via_name(Transport::wss) == "WSS");
    CHECK(uri_name(Transport::udp) == "udp");
    CHECK(uri_name(Transport::wss) == "wss");
}

TEST_CASE("flow: each transport is found by either of its names, without case") {
    for (const auto transport : transports) {
        CAPTURE(via_name(transport));
        CHECK(transport_named(via_name(transport)) == transport);
        CHECK(transport_named(uri_name(transport)) == transport);
    }
    CHECK(transport_named("tLs") == Transport::tls);
}

TEST_CASE("flow: what is no transport of ours has no number") {
    for (const std::string name : {"", "sctp", "tcp ", "ud", "udpx", "w", "TLS-SCTP"}) {
        CAPTURE(name);
        CHECK_FALSE(transport_named(name).has_value());
    }
}

TEST_CASE("flow: default ports are 5060, 5061 for TLS, and those of the web for WebSocket") {
    CHECK(default_port(Transport::udp) == 5060);
    CHECK(default_port(Transport::tcp) == 5060);
    CHECK(default_port(Transport::tls) == 5061);
    CHECK(default_port(Transport::ws) == 80);
    CHECK(default_port(Transport::wss) == 443);
}

TEST_CASE("flow: all transports but UDP are reliable") {
    for (const auto transport : transports) CHECK(is_reliable(transport) == (transport != Transport::udp));
}

TEST_CASE("flow: a connection of generation 0 is none, whatever its slot") {
    CHECK_FALSE(ConnectionId());
    CHECK_FALSE((ConnectionId{.slot = 7, .generation = 0, .shard = 1}));
    CHECK((ConnectionId{.slot = 0, .generation = 1, .shard = 0}));
}

TEST_CASE("flow: two flows are the same only in all of their parts") {
    CHECK(flow() == flow());
    auto other = flow();
    other.transport = Transport::tls;
    CHECK(other != flow());
    other = flow();
    other.local.port = 5070;
    CHECK(other != flow());
    other = flow();
    other.peer.address = base::IpAddress::v4({192, 0, 2, 9});
    CHECK(other != flow());
}

TEST_CASE("flow: a slot that is used again is another connection") {
    auto later = flow();
    ++later.connection.generation;
    CHECK(later != flow());
    auto elsewhere = flow();
    ++elsewhere.connection.shard;
    CHECK(elsewhere != flow());
    auto beside = flow();
    ++beside.connection.slot;
    CHECK(beside != flow());
}

}  // namespace almon::sip
