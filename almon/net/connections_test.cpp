#include "almon/net/connections.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <string>
#include <vector>

#include "almon/net/listener.hpp"
#include "almon/net/socket_address.hpp"
#include "almon/net/turn_until.hpp"

using namespace almon;
using namespace almon::net;
using namespace std::chrono_literals;

namespace {

const auto loopback = base::Endpoint::parse("127.0.0.1:0").value();

enum class Habit {
    keeps,
    echoes,
    closes_when_opened,
    closes_when_received,
    aborts_when_opened,
    aborts_when_received
};

// One side: what it was told, and what it does about it.
struct Side : ConnectionReader {
    Side(Loop& loop, ConnectionLimits limits) : connections(loop, *this, limits) {}

    void opened(ConnectionId id, const base::Endpoint& peer, const base::Endpoint& local) override {
        ids.push_back(id);
        peers.push_back(peer);
        locals.push_back(local);
        if (habit == Habit::closes_when_opened) connections.close(id);
        if (habit == Habit::aborts_when_opened) connections.abort(id);
    }
    void received(ConnectionId id, std::string_view bytes) override {
        text += bytes;
        if (habit == Habit::echoes) connections.write(id, bytes);
        if (habit == Habit::closes_when_received) connections.close(id);
        if (habit == Habit::aborts_when_received) connections.abort(id);
    }
    void closed(ConnectionId id, Ending why) override {
        endings.push_back(why);
        CHECK_FALSE(connections.write(id, "too late"));
        connections.close(id);
        connections.abort(id);
    }

    Connections connections;
    Habit habit = Habit::keeps;
    std::vector<ConnectionId> ids;
    std::vector<base::Endpoint> peers, locals;
    std::string text;
    std::vector<Ending> endings;
};

struct Wire {
    explicit Wire(ConnectionLimits client_limits = {}, ConnectionLimits server_limits = {})
        : client(loop, client_limits), server(loop, server_limits) {}

    ConnectionId open() { return client.connections.open(listener->endpoint()).value(); }
    // Opens a connection and waits until both sides know it.
    ConnectionId opened() {
        const auto id = open();
        const auto clients = client.ids.size() + 1;
        const auto servers = server.ids.size() + 1;
        REQUIRE(
            turn_until(loop, [&] { return client.ids.size() == clients && server.ids.size() == servers; }));
        return id;
    }
    bool write(ConnectionId id, std::string_view bytes) { return client.connections.write(id, bytes); }

    Loop loop;
    Side client, server;
    std::unique_ptr<Listener> listener =
        Listener::tcp(loop, loopback, PortSharing::exclusive, server.connections).value();
};

// A peer that does exactly what it is told, and nothing by itself: a blocking socket.
struct BarePeer {
    explicit BarePeer(const base::Endpoint& to) : fd(::socket(AF_INET, SOCK_STREAM, 0)) {
        const SocketAddress address(to);
        REQUIRE(::connect(fd.number(), address.data(), address.size()) == 0);
    }
    void send(std::string_view bytes) const {
        REQUIRE(::send(fd.number(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
    }
    // What has come; empty also at the end of the stream.
    std::string take() const {
        std::string bytes(65'536, '\0');
        const auto size = ::recv(fd.number(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return bytes;
    }
    // How much has come, taken whole, so that the other side is not held up.
    std::size_t take_all() const {
        std::size_t octets = 0;
        while (const auto more = take().size()) octets += more;
        return octets;
    }
    bool at_end() const {
        char byte = 0;
        return ::recv(fd.number(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
    }
    void reset() {
        const linger at_once{1, 0};
        ::setsockopt(fd.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        fd = Fd();
    }
    Fd fd;
};

}  // namespace

TEST_CASE("a connection opens, carries bytes both ways and closes, over IPv4 and IPv6") {
    for (const auto at : {"127.0.0.1:0", "[::1]:0"}) {
        Wire wire;
        wire.listener = Listener::tcp(wire.loop, base::Endpoint::parse(at).value(), PortSharing::exclusive,
                                      wire.server.connections)
                            .value();
        wire.server.habit = Habit::echoes;
        const auto id = wire.opened();
        CHECK(wire.client.ids.front() == id);
        CHECK(wire.client.peers.front() == wire.listener->endpoint());
        CHECK(wire.server.locals.front() == wire.listener->endpoint());
        CHECK(wire.server.peers.front() == wire.client.locals.front());
        CHECK(wire.write(id, "ping"));
        REQUIRE(turn_until(wire.loop, [&] { return wire.client.text == "ping"; }));
        wire.client.connections.close(id);
        REQUIRE(turn_until(wire.loop, [&] { return wire.client.connections.size() == 0; }));
        CHECK(wire.client.endings.empty());
        CHECK(wire.server.endings == std::vector{Ending::closed_by_peer});
        CHECK(wire.server.connections.size() == 0);
    }
}

TEST_CASE("bytes written before the connection is open are sent when it is") {
    Wire wire;
    const auto id = wire.open();
    CHECK(wire.write(id, "early "));
    CHECK(wire.write(id, "bird"));
    REQUIRE(turn_until(wire.loop, [&] { return wire.server.text == "early bird"; }));
}

TEST_CASE("a connection closed before it is open delivers its bytes first") {
    Wire wire;
    const auto id = wire.open();
    CHECK(wire.write(id, "farewell"));
    wire.client.connections.close(id);
    CHECK_FALSE(wire.write(id, "more"));
    REQUIRE(turn_until(wire.loop, [&] { return wire.client.connections.size() == 0; }));
    CHECK(wire.server.text == "farewell");
    CHECK(wire.client.ids.empty());
    CHECK(wire.client.endings.empty());
}

TEST_CASE("writes of one turn arrive as one piece") {
    Wire wire;
    const auto id = wire.opened();
    std::vector<std::string> pieces;
    for (int i = 0; i < 100; ++i) CHECK(wire.write(id, "x"));
    CHECK(wire.server.text.empty());
    wire.loop.turn(0ns);  // sends before it looks for events
    wire.loop.turn(1s);
    CHECK(wire.server.text.size() == 100);
}

TEST_CASE("a write longer than the one before it in the same turn leaves that one in place") {
    Wire wire;
    const auto id = wire.opened();
    const std::string longer(1'000, 'y');
    CHECK(wire.write(id, longer));  // leaves a buffer behind that the next to write gets
    REQUIRE(turn_until(wire.loop, [&] { return wire.server.text.size() == longer.size(); }));
    CHECK(wire.write(id, "x"));
    CHECK(wire.write(id, longer));
    REQUIRE(turn_until(wire.loop, [&] { return wire.server.text.size() >= 2 * longer.size(); }));
    CHECK(wire.server.text == longer + "x" + longer);
}

TEST_CASE("a connection can come from a chosen local address") {
    Wire wire;
    const auto from = base::IpAddress::v4({127, 0, 0, 2});
    REQUIRE(wire.client.connections.open(wire.listener->endpoint(), from));
    REQUIRE(turn_until(wire.loop, [&] { return !wire.server.peers.empty(); }));
    CHECK(wire.server.peers.front().address == from);
    const auto foreign =
        wire.client.connections.open(wire.listener->endpoint(), base::IpAddress::v4({192, 0, 2, 1}));
    REQUIRE_FALSE(foreign);
    CHECK(foreign.error() == "cannot connect from 192.0.2.1: Cannot assign requested address");
}

TEST_CASE("a port where nobody listens is reported, once") {
    Wire wire;
    const auto to = wire.listener->endpoint();
    wire.listener.reset();
    const auto id = wire.client.connections.open(to).value();
    CHECK(wire.write(id, "anyone?"));
    REQUIRE(turn_until(wire.loop, [&] { return !wire.client.endings.empty(); }));
    settle(wire.loop);
    CHECK(wire.client.endings == std::vector{Ending::not_opened});
    CHECK(wire.client.connections.size() == 0);
}

TEST_CASE("an answer that does not come ends the opening") {
    Wire wire({.opening = 5ms});
    // A listener whose queue is full answers nobody.
    const Fd deaf = bind_socket(SocketType::stream, loopback, PortSharing::exclusive).value();
    REQUIRE(::listen(deaf.number(), 0) == 0);
    const auto to = local_endpoint(deaf.number());
    for (int i = 0; i < 4; ++i) REQUIRE(wire.client.connections.open(to));
    REQUIRE(turn_until(wire.loop, [&] { return !wire.client.endings.empty(); }));
    CHECK(wire.client.endings.front() == Ending::opening_late);
}

TEST_CASE("every callback may end its connection") {
    for (const auto habit : {Habit::closes_when_opened, Habit::closes_when_received,
                             Habit::aborts_when_opened, Habit::aborts_when_received}) {
        Wire wire;
        wire.server.habit = habit;
        const auto id = wire.open();
        CHECK(wire.write(id, "hello"));
        REQUIRE(turn_until(wire.loop,
                           [&] { return wire.server.connections.size() == 0 && !wire.server.ids.empty(); }));
        CHECK(wire.server.endings.empty());
        REQUIRE(turn_until(wire.loop, [&] { return !wire.client.endings.empty(); }));
        CHECK(wire.client.endings.size() == 1);
    }
}

TEST_CASE("our own side may end the connection that just opened") {
    for (const auto habit : {Habit::closes_when_opened, Habit::aborts_when_opened}) {
        Wire wire;
        wire.client.habit = habit;
        wire.open();
        REQUIRE(turn_until(wire.loop, [&] { return wire.client.connections.size() == 0; }));
        CHECK(wire.client.ids.size() == 1);
        CHECK(wire.client.endings.empty());
    }
}

TEST_CASE("an aborted opening tells nobody") {
    Wire wire;
    wire.client.connections.abort(wire.open());
    settle(wire.loop);
    CHECK(wire.client.ids.empty());
    CHECK(wire.client.endings.empty());
}

TEST_CASE("a peer that half-closes still gets what was written before its end was seen") {
    Wire wire;
    wire.server.habit = Habit::echoes;
    const BarePeer peer(wire.listener->endpoint());
    peer.send("last words");
    ::shutdown(peer.fd.number(), SHUT_WR);
    REQUIRE(turn_until(wire.loop, [&] { return !wire.server.endings.empty(); }));
    CHECK(wire.server.endings == std::vector{Ending::closed_by_peer});
    REQUIRE(turn_until(wire.loop, [&] { return peer.take() == "last words"; }));
    REQUIRE(turn_until(wire.loop, [&] { return wire.server.connections.size() == 0; }));
    REQUIRE(turn_until(wire.loop, [&] { return peer.at_end(); }));
}

TEST_CASE("a peer that half-closes still gets an answer that comes a little later") {
    Wire wire;
    const BarePeer peer(wire.listener->endpoint());
    peer.send("a question");
    ::shutdown(peer.fd.number(), SHUT_WR);
    REQUIRE(turn_until(wire.loop, [&] { return wire.server.text == "a question"; }));
    settle(wire.loop);  // the end of its stream has been seen
    CHECK(wire.server.connections.write(wire.server.ids.front(), "the answer"));
    REQUIRE(turn_until(wire.loop, [&] { return peer.take() == "the answer"; }));
    REQUIRE(turn_until(wire.loop, [&] { return wire.server.connections.size() == 0; }));
    CHECK(wire.server.endings == std::vector{Ending::closed_by_peer});
}

TEST_CASE("much that waits for a peer which half-closed is sent before the connection goes") {
    Wire wire({}, {.unsent_octets = 64'000'000});
    const BarePeer peer(wire.listener->endpoint());
    REQUIRE(turn_until(wire.loop, [&] { return !wire.server.ids.empty(); }));
    const std::string much(32'000'000, 'x');
    CHECK(wire.server.connections.write(wire.server.ids.front(), much));
    ::shutdown(peer.fd.number(), SHUT_WR);
    // Side::closed() has tried to write to it, to close and to abort it: nothing of that reaches it any more.
    REQUIRE(turn_until(wire.loop, [&] { return !wire.server.endings.empty(); }));
    CHECK(wire.server.connections.size() == 1);
    std::size_t got = 0;
    REQUIRE(turn_until(wire.loop, [&] { return (got += peer.take_all()) == much.size(); }));
    REQUIRE(turn_until(wire.loop, [&] { return wire.server.connections.size() == 0; }));
    CHECK(wire.server.endings == std::vector{Ending::closed_by_peer});
}

TEST_CASE("a reset is reported as broken, also while bytes wait to be sent") {
    for (const std::size_t waiting : {0U, 20'000'000U}) {
        Wire wire({}, {.unsent_octets = 64'000'000});
        BarePeer peer(wire.listener->endpoint());
        REQUIRE(turn_until(wire.loop, [&] { return !wire.server.ids.empty(); }));
        if (waiting > 0)
            CHECK(wire.server.connections.write(wire.server.ids.front(), std::string(waiting, 'x')));
        settle(wire.loop);
        peer.reset();
        REQUIRE(turn_until(wire.loop, [&] { return !wire.server.endings.empty(); }));
        CHECK(wire.server.endings == std::vector{Ending::broken});
        CHECK(wire.server.connections.size() == 0);
    }
}

TEST_CASE("a peer that resets before we accept costs nothing") {
    Wire wire;
    BarePeer(wire.listener->endpoint()).reset();
    REQUIRE(
        turn_until(wire.loop, [&] { return wire.server.connections.size() == 0 && !wire.loop.turn(1ms); }));
    CHECK(wire.server.ids.size() == wire.server.endings.size());
}

TEST_CASE("a peer that reads too slowly is dropped at the limit, and told of once") {
    Wire wire({}, {.unsent_octets = 100'000});
    const BarePeer peer(wire.listener->endpoint());
    REQUIRE(turn_until(wire.loop, [&] { return !wire.server.ids.empty(); }));
    const auto id = wire.server.ids.front();
    const std::string piece(60'000, 'x');
    int taken = 0;
    while (wire.server.connections.write(id, piece)) REQUIRE(++taken < 10'000);
    CHECK(wire.server.endings.empty());  // not from inside write()
    CHECK_FALSE(wire.server.connections.write(id, "more"));
    settle(wire.loop);
    CHECK(wire.server.endings == std::vector{Ending::reader_slow});
    CHECK(wire.server.connections.size() == 0);
}

TEST_CASE("a full turn for a peer that reads is no slow reader") {
    Wire wire({.unsent_octets = 10'000});
    const auto id = wire.opened();
    for (int i = 0; i < 5; ++i) CHECK(wire.write(id, std::string(9'000, 'x')));
    REQUIRE(turn_until(wire.loop, [&] { return wire.server.text.size() == 45'000; }));
    CHECK(wire.client.endings.empty());
}

TEST_CASE("one write beyond the limit ends the connection") {
    Wire wire({.unsent_octets = 10});
    const auto id = wire.opened();
    CHECK(wire.write(id, "0123456789"));
    settle(wire.loop);
    CHECK_FALSE(wire.write(id, "0123456789a"));
    wire.client.connections.close(id);  // whoever closes hears nothing more
    settle(wire.loop);
    CHECK(wire.client.endings.empty());
    CHECK(wire.client.connections.size() == 0);
    CHECK(wire.server.text == "0123456789");
}

TEST_CASE("large transfers arrive whole and in order") {
    Wire wire({.unsent_octets = 64'000'000});
    const auto id = wire.opened();
    std::string sent;
    for (int i = 0; i < 1'000'000; ++i) sent += std::to_string(i);
    CHECK(wire.write(id, sent));
    REQUIRE(turn_until(wire.loop, [&] { return wire.server.text.size() == sent.size(); }));
    CHECK(wire.server.text == sent);
}

TEST_CASE("a connection on which nothing happens is ended") {
    Wire wire({}, {.idle = 5ms});
    wire.opened();
    REQUIRE(turn_until(wire.loop, [&] { return !wire.server.endings.empty(); }));
    CHECK(wire.server.endings == std::vector{Ending::idle});
    REQUIRE(turn_until(wire.loop, [&] { return !wire.client.endings.empty(); }));
    CHECK(wire.client.endings == std::vector{Ending::closed_by_peer});
}

TEST_CASE("a peer that only trickles octets is dropped after its probation, one that is trusted stays") {
    Wire wire({}, {.idle = 10s, .probation = 30ms});
    const BarePeer slow(wire.listener->endpoint());
    const BarePeer honest(wire.listener->endpoint());
    REQUIRE(turn_until(wire.loop, [&] { return wire.server.ids.size() == 2; }));
    const auto second = wire.server.ids.back();
    wire.server.connections.trust(second);
    REQUIRE(turn_until(wire.loop, [&] {
        if (wire.server.endings.empty()) slow.send("x");
        return !wire.server.endings.empty();
    }));
    CHECK(wire.server.endings == std::vector{Ending::never_trusted});
    CHECK(wire.server.connections.write(second, "welcome"));
    REQUIRE(turn_until(wire.loop, [&] { return honest.take() == "welcome"; }));
}

TEST_CASE("a peer that ignores our farewell is left after the limit") {
    Wire wire({}, {.closing = 5ms});
    const BarePeer peer(wire.listener->endpoint());
    REQUIRE(turn_until(wire.loop, [&] { return !wire.server.ids.empty(); }));
    wire.server.connections.close(wire.server.ids.front());
    wire.server.connections.close(wire.server.ids.front());
    REQUIRE(turn_until(wire.loop, [&] { return peer.at_end(); }));
    peer.send("I am not done");
    REQUIRE(turn_until(wire.loop, [&] { return wire.server.connections.size() == 0; }));
    CHECK(wire.server.text.empty());
    CHECK(wire.server.endings.empty());
}

TEST_CASE("beyond the limit of connections we open none and accept none") {
    Wire wire({.connections = 2}, {.connections = 1});
    wire.opened();
    REQUIRE(wire.client.connections.open(wire.listener->endpoint()));
    const auto third = wire.client.connections.open(wire.listener->endpoint());
    REQUIRE_FALSE(third);
    CHECK(third.error() == "cannot open another connection: 2 are open");
    REQUIRE(turn_until(wire.loop, [&] { return wire.client.endings.size() == 1; }));
    CHECK(wire.server.ids.size() == 1);
    CHECK(wire.listener->counters().accepted == 1);
    CHECK(wire.listener->counters().refused == 1);
}

TEST_CASE("a connection that is gone takes nothing, whoever has its place") {
    Wire wire;
    const auto first = wire.opened();
    wire.client.connections.abort(first);
    const auto second = wire.opened();
    CHECK(second.slot == first.slot);
    CHECK_FALSE(wire.write(first, "stray"));
    wire.client.connections.close(first);
    wire.client.connections.abort(first);
    CHECK(wire.write(second, "hello"));
    REQUIRE(turn_until(wire.loop, [&] { return wire.server.text == "hello"; }));
}

TEST_CASE("a hundred connections carry bytes at once") {
    Wire wire;
    wire.server.habit = Habit::echoes;
    for (int i = 0; i < 100; ++i) CHECK(wire.write(wire.open(), "0123456789"));
    REQUIRE(turn_until(wire.loop, [&] { return wire.client.text.size() == 1'000; }));
    CHECK(wire.server.connections.size() == 100);
}

TEST_CASE("connections that go while their events are ready take nobody along") {
    Wire wire;
    const auto id = wire.opened();
    CHECK(wire.write(id, "hello"));
    for (const auto server_id : wire.server.ids)
        wire.loop.post([&wire, server_id] { wire.server.connections.abort(server_id); });
    REQUIRE(turn_until(wire.loop, [&] { return wire.server.connections.size() == 0; }));
    REQUIRE(turn_until(wire.loop, [&] { return !wire.client.endings.empty(); }));
    CHECK(wire.server.endings.empty());
}

TEST_CASE("each ending has its words") {
    for (const auto why : {Ending::closed_by_peer, Ending::broken, Ending::not_opened, Ending::opening_late,
                           Ending::idle, Ending::never_trusted, Ending::reader_slow})
        CHECK(std::string(describe(why)) != "");
}
