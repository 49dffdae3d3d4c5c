#include "almon/load/udp_lanes.hpp"

#include "almon/load/test_lanes.hpp"

using namespace almon;
using namespace almon::load;

namespace {

struct Peer final : net::UdpReader {
    Peer(net::Loop& loop, const char* address = "127.0.0.1:0")
        : socket(
              net::UdpSocket::bind(loop, Endpoint::parse(address).value(), net::PortSharing::exclusive, *this)
                  .value()) {}
    void received(net::UdpSocket&, std::span<const net::Datagram> datagrams) override {
        for (const auto& datagram : datagrams) heard.emplace_back(datagram.from, datagram.bytes);
    }
    void say(const Endpoint& to, std::string_view text) {
        const net::Outgoing datagram{to, text};
        socket->send({&datagram, 1});
    }

    std::vector<std::pair<Endpoint, std::string>> heard;
    std::unique_ptr<net::UdpSocket> socket;
};

std::unique_ptr<Lanes> opened(net::Loop& loop, LaneReader& reader, const Endpoint& target) {
    return UdpLanes::open(loop, {.target = target, .source_ports = 3}, loopback.address, reader).value();
}

}  // namespace

TEST_CASE("each lane has a port of its own, both ways, and so have the callees") {
    net::Loop loop;
    Ears ears;
    Peer server(loop);
    const auto lanes = opened(loop, ears, server.socket->local());
    const auto locals = lanes->locals().value();
    REQUIRE(locals.lanes.size() == 3);
    for (std::uint32_t lane = 0; lane <= locals.callee_lane(); ++lane)
        send(*lanes, lane, server.socket->local(), std::to_string(lane));
    REQUIRE(net::turn_until(loop, [&] { return server.heard.size() == 4; }));
    for (const auto& [from, text] : server.heard) {
        CHECK(from == locals.of(static_cast<std::uint32_t>(std::stoi(text))));
        server.say(from, "to " + text);
    }
    REQUIRE(net::turn_until(loop, [&] { return ears.heard.size() == 4; }));
    for (const auto& [lane, text] : ears.heard) CHECK(text == "to " + std::to_string(lane));
    CHECK(lanes->unsent() == 0);
}

TEST_CASE("ports stand in a row when the first one is said") {
    net::Loop loop;
    Ears ears;
    Plan plan{.target = loopback, .source_ports = 2};
    // Somebody else may take one of them in between.
    for (unsigned port = 15'300; port < 15'400; port += 3) {
        plan.first_port = static_cast<std::uint16_t>(port);
        const auto lanes = UdpLanes::open(loop, plan, loopback.address, ears);
        if (!lanes) continue;
        const auto locals = (*lanes)->locals().value();
        CHECK(locals.lanes[0].port == port);
        CHECK(locals.lanes[1].port == port + 1);
        CHECK(locals.callee.port == port + 2);
        return;
    }
    FAIL("no three ports are free");
}

TEST_CASE("strangers are not heard") {
    net::Loop loop;
    Ears ears;
    Peer server(loop);
    Peer stranger(loop, "127.0.0.2:0");
    const auto lanes = opened(loop, ears, server.socket->local());
    const auto to = lanes->locals()->lanes[0];
    stranger.say(to, "one");
    server.say(to, "two");
    stranger.say(to, "three");
    server.say(to, "four");
    REQUIRE(net::turn_until(loop, [&] { return ears.heard.size() == 2; }));
    net::settle(loop);
    CHECK(ears.heard == std::vector<std::pair<std::uint32_t, std::string>>{{0, "two"}, {0, "four"}});
}

TEST_CASE("what the system does not take is counted") {
    net::Loop loop;
    Ears ears;
    const auto lanes = opened(loop, ears, loopback);
    send(*lanes, 0, Endpoint::parse("[::1]:9").value(), "another family");
    CHECK(lanes->unsent() == 1);
}

TEST_CASE("an address that is not ours cannot be bound") {
    net::Loop loop;
    Ears ears;
    const auto lanes = UdpLanes::open(loop, {}, *base::IpAddress::parse("192.0.2.1"), ears);
    REQUIRE_FALSE(lanes);
    CHECK(lanes.error().starts_with("cannot bind UDP 192.0.2.1:0"));
}
