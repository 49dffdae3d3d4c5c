#include "almon/load/tcp_lanes.hpp"

#include "almon/load/test_lanes.hpp"

using namespace almon;
using namespace almon::load;

namespace {

std::string message(const std::string& name) {
    return "OPTIONS sip:" + name + " SIP/2.0\r\nContent-Length: 0\r\n\r\n";
}

// A server that keeps what each connection says.
struct Peer final : net::ConnectionReader {
    explicit Peer(net::Loop& loop)
        : connections(loop, *this),
          listener(net::Listener::tcp(loop, loopback, net::PortSharing::exclusive, connections).value()) {}
    void opened(net::ConnectionId id, const Endpoint& peer, const Endpoint&) override {
        open.push_back({id, peer});
    }
    void received(net::ConnectionId id, std::string_view bytes) override { heard.emplace_back(id, bytes); }
    void closed(net::ConnectionId, net::Ending) override { ++ended; }

    net::Connections connections;
    std::unique_ptr<net::Listener> listener;
    std::vector<std::pair<net::ConnectionId, Endpoint>> open;
    std::vector<std::pair<net::ConnectionId, std::string>> heard;
    int ended = 0;
};

struct Opened {
    Opened() {
        REQUIRE(net::turn_until(loop, [&] { return lanes->locals() && peer.open.size() == 3; }));
    }

    net::Loop loop;
    Ears ears;
    Peer peer{loop};
    Plan plan{.target = peer.listener->endpoint(), .transport = sip::Transport::tcp, .source_ports = 2};
    std::unique_ptr<Lanes> lanes = TcpLanes::open(loop, plan, loopback.address, ears).value();
};

}  // namespace

TEST_CASE("each lane has a connection of its own, and brings whole messages") {
    Opened world;
    const auto locals = world.lanes->locals().value();
    CHECK(locals.lanes.size() == 2);
    send(*world.lanes, 1, world.plan.target, message("one"));
    REQUIRE(net::turn_until(world.loop, [&] { return world.peer.heard.size() == 1; }));
    const auto [connection, text] = world.peer.heard[0];
    CHECK(text == message("one"));
    const auto all = message("two") + message("three");
    world.peer.connections.write(connection, all.substr(0, 50));
    world.peer.connections.write(connection, "");
    net::settle(world.loop);
    world.peer.connections.write(connection, all.substr(50));
    REQUIRE(net::turn_until(world.loop, [&] { return world.ears.heard.size() == 2; }));
    CHECK(world.ears.heard ==
          std::vector<std::pair<std::uint32_t, std::string>>{{1, message("two")}, {1, message("three")}});
}

TEST_CASE("the target may open connections to the callees, and is answered there") {
    Opened world;
    const auto callee = world.lanes->locals()->callee;
    const auto call = world.peer.connections.open(callee).value();
    world.peer.connections.write(call, message("callee"));
    REQUIRE(net::turn_until(world.loop, [&] { return world.ears.heard.size() == 1; }));
    send(*world.lanes, world.ears.heard[0].first, callee, "answer");
    REQUIRE(net::turn_until(world.loop, [&] { return world.peer.heard.size() == 1; }));
    CHECK(world.peer.heard[0].second == "answer");
    CHECK(world.peer.heard[0].first == call);
}

TEST_CASE("a ping gets its pong, and what is no SIP ends the connection") {
    Opened world;
    const auto connection = world.peer.open[0].first;
    world.peer.connections.write(connection, "\r\n\r\n");
    REQUIRE(net::turn_until(world.loop, [&] { return world.peer.heard.size() == 1; }));
    CHECK(world.peer.heard[0].second == "\r\n");
    world.peer.connections.write(connection, "OPTIONS a SIP/2.0\r\nContent-Length: x\r\n\r\n");
    REQUIRE(net::turn_until(world.loop, [&] { return world.peer.ended == 1; }));
    CHECK(world.ears.lost_lanes.size() == 1);
}

TEST_CASE("a lane whose connection broke is told, and the next message opens another") {
    Opened world;
    world.peer.connections.close(world.peer.open[0].first);
    REQUIRE(net::turn_until(world.loop, [&] { return world.ears.lost_lanes.size() == 1; }));
    const auto lane = world.ears.lost_lanes[0];
    send(*world.lanes, lane, world.plan.target, message("again"));
    REQUIRE(net::turn_until(world.loop, [&] { return world.peer.heard.size() == 1; }));
    CHECK(world.peer.open.size() == 4);
    CHECK(world.lanes->unsent() == 0);
}

TEST_CASE("a target that takes no connection is a sentence; an answer to nobody is counted") {
    net::Loop loop;
    Ears ears;
    Endpoint nobody = Peer(loop).listener->endpoint();
    const auto lanes =
        TcpLanes::open(loop, {.target = nobody, .transport = sip::Transport::tcp}, loopback.address, ears)
            .value();
    REQUIRE(net::turn_until(loop, [&] { return !ears.trouble.empty(); }));
    CHECK(ears.trouble.starts_with("cannot connect to TCP " + base::printed(nobody) + ": "));
    CHECK_FALSE(lanes->locals());
    send(*lanes, 77, nobody, "who?");
    CHECK(lanes->unsent() == 1);
}
