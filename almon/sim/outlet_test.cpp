#include "almon/sim/outlet.hpp"

#include "almon/sim/test_network.hpp"

using namespace almon;
using namespace almon::sim;
using namespace std::chrono_literals;

namespace {

using Notes = std::vector<std::string>;
using Transport = sip::Transport;

const auto here = endpoint("192.0.2.1:5060");
const auto there = endpoint("192.0.2.2:5060");
const auto nobody = endpoint("192.0.2.9:5060");

// What an outlet tells its engine, in words. The last connection that opened is kept.
class Recorder : public Engine {
 public:
    Notes notes;
    sip::Flow opened{};
    stack::Outbox outbox_;
    std::optional<sip::ConnectionId> elsewhere;  // that another shard has open
    std::optional<StreamPacket> sent_elsewhere;

    void datagram(const sip::Flow& flow, std::string_view octets) override {
        note("datagram from " + base::printed(flow.peer) + ": " + std::string(octets));
    }
    void connected(const sip::Flow& flow) override {
        opened = flow;
        note("connected " + std::to_string(flow.connection.slot));
    }
    void received(sip::ConnectionId id, std::string_view octets) override {
        note("received " + std::to_string(id.slot) + ": " + std::string(octets));
    }
    void disconnected(sip::ConnectionId id) override { note("disconnected " + std::to_string(id.slot)); }
    void send_failed(stack::ClientHandle origin) override { note("failed " + std::to_string(origin.slot)); }
    stack::Outbox& outbox() override { return outbox_; }
    void hand_over(std::uint16_t shard, const sip::Flow&, std::string_view octets) override {
        note("to shard " + std::to_string(shard) + ": " + std::string(octets));
    }
    void send_elsewhere(std::uint16_t shard, StreamPacket&& packet) override {
        note("send by shard " + std::to_string(shard) + ": " + packet.octets);
        sent_elsewhere = std::move(packet);
    }
    void tell_failed(std::uint16_t shard, stack::ClientHandle origin) override {
        note("tell shard " + std::to_string(shard) + " failed " + std::to_string(origin.slot));
    }
    std::optional<sip::ConnectionId> connection_to(const sip::Flow&) const override { return elsewhere; }

    Notes take() { return std::exchange(notes, {}); }

 private:
    void note(std::string what) { notes.push_back(std::move(what)); }
};

// Two outlets with their engines, ours and theirs.
struct Lab : TestNetwork {
    Lab() {
        network.attach(here, outlet);
        network.attach(there, peers_outlet);
    }
    void send(const sip::Flow& flow, std::string_view octets, std::uint32_t origin = 0,
              const Endpoint& fallback = {}) {
        engine.outbox_.send(flow, octets, {origin, origin}, fallback);
        outlet.flush();
    }
    static sip::Flow tcp(const Endpoint& to = there) { return {Transport::tcp, here, to, {}}; }
    // A stream to there, open at both ends.
    sip::Flow open() {
        send(tcp(), "hello");
        run_for(1s);
        REQUIRE(engine.take() == Notes{"connected 0"});
        REQUIRE(peer.take() == Notes{"connected 0", "received 0: hello"});
        return engine.opened;
    }

    Recorder engine, peer;
    Outlet outlet{network, engine}, peers_outlet{network, peer};
};

}  // namespace

TEST_CASE("datagrams go out and come in with both addresses") {
    Lab lab;
    lab.send({Transport::udp, here, there, {}}, "hello");
    lab.run_for(1s);
    CHECK(lab.peer.notes == Notes{"datagram from 192.0.2.1:5060: hello"});
    CHECK(lab.outlet.streams() == 0);
}

TEST_CASE("the first packet to a peer opens a stream and waits for it, later ones use it") {
    Lab lab;
    lab.send(lab.tcp(), "one");
    lab.send(lab.tcp(), "two");
    CHECK(lab.peer.notes.empty());
    lab.run_for(1s);
    lab.send(lab.tcp(), "three");
    lab.run_for(1s);
    CHECK(lab.peer.notes == Notes{"connected 0", "received 0: one", "received 0: two", "received 0: three"});
    CHECK(lab.engine.notes == Notes{"connected 0"});
    CHECK(lab.outlet.streams() == 1);
    CHECK(lab.peers_outlet.streams() == 1);
}

TEST_CASE("a packet for a connection goes over it, back over the one that was accepted too") {
    Lab lab;
    const auto flow = lab.open();
    lab.send(flow, "again");
    lab.run_for(1s);
    CHECK(lab.peer.take() == Notes{"received 0: again"});
    lab.peer.outbox_.send(lab.peer.opened, "answer");
    lab.peers_outlet.flush();
    lab.run_for(1s);
    CHECK(lab.engine.take() == Notes{"received 0: answer"});
    CHECK(lab.outlet.streams() == 1);
}

TEST_CASE("a packet whose connection is gone goes to its fallback over a new one, or fails without one") {
    Lab lab;
    const auto flow = lab.open();
    lab.outlet.break_streams();
    lab.run_for(1s);
    CHECK(lab.engine.take() == Notes{"disconnected 0"});
    CHECK(lab.peer.take() == Notes{"disconnected 0"});
    lab.send(flow, "answer", 0, there);
    lab.run_for(1s);
    CHECK(lab.engine.take() == Notes{"connected 1"});  // a slot is used once
    CHECK(lab.peer.take() == Notes{"connected 1", "received 1: answer"});
    lab.send(flow, "request", 7);
    CHECK(lab.engine.take() == Notes{"failed 7"});
    lab.send(flow, "response");
    CHECK(lab.engine.take().empty());
}

TEST_CASE("when nobody answers, who has sent a request is told, and no connection has ended") {
    Lab lab;
    lab.send(lab.tcp(nobody), "request", 7);
    lab.send(lab.tcp(nobody), "response");
    lab.send(lab.tcp(nobody), "another", 8);
    CHECK(lab.outlet.streams() == 1);
    lab.run_for(1s);
    CHECK(lab.engine.notes == Notes{"failed 7", "failed 8"});
    CHECK(lab.outlet.streams() == 0);
}

TEST_CASE("streams that are broken before they are open take along what waits for them, and say so") {
    Lab lab;
    lab.send(lab.tcp(), "request", 7);
    lab.outlet.break_streams();
    CHECK(lab.engine.notes == Notes{"failed 7"});
    lab.run_for(1s);
    CHECK(lab.peer.notes.empty());
    CHECK(lab.outlet.streams() == 0);
}

TEST_CASE("a stream that the engine closes ends at both ends") {
    Lab lab;
    const auto flow = lab.open();
    lab.engine.outbox_.close(flow.connection);
    lab.engine.outbox_.close(flow.connection);
    lab.outlet.flush();
    lab.run_for(1s);
    CHECK(lab.engine.notes == Notes{"disconnected 0"});
    CHECK(lab.peer.notes == Notes{"disconnected 0"});
    CHECK(lab.outlet.streams() + lab.peers_outlet.streams() == 0);
}

TEST_CASE("a stream that breaks ends at both ends, and the next packet opens another") {
    Lab lab;
    lab.open();
    lab.network.quality.stream_break = 1;
    lab.send(lab.tcp(), "");
    lab.run_for(1s);
    CHECK(lab.engine.take() == Notes{"disconnected 0"});
    CHECK(lab.peer.take() == Notes{"received 0: ", "disconnected 0"});
    lab.network.quality = {};
    lab.send(lab.tcp(), "again");
    lab.run_for(1s);
    CHECK(lab.peer.take() == Notes{"connected 1", "received 1: again"});
}

TEST_CASE("what another shard owns or has a connection for is left to it") {
    Lab lab;
    lab.engine.outbox_.hand_over(2, lab.tcp(), "message");
    auto flow = lab.tcp();
    flow.connection = {0, 1, 3};
    lab.send(flow, "over yours", 7, nobody);
    CHECK(lab.engine.take() == Notes{"send by shard 3: over yours", "to shard 2: message"});
    lab.engine.elsewhere = sip::ConnectionId{5, 1, 3};
    lab.send(lab.tcp(), "over any", 8);
    CHECK(lab.engine.take() == Notes{"send by shard 3: over any"});
    REQUIRE(lab.engine.sent_elsewhere);
    CHECK(lab.engine.sent_elsewhere->flow.connection == *lab.engine.elsewhere);
    CHECK(lab.engine.sent_elsewhere->fallback == there);
    CHECK(lab.engine.sent_elsewhere->origin.slot == 8);
    CHECK(lab.outlet.streams() == 0);
}

TEST_CASE("what cannot be sent for another shard is told to that shard") {
    Lab lab;
    lab.outlet.send_on_stream({lab.tcp(nobody), {}, "request", {7, 1}, 3});
    lab.run_for(1s);
    CHECK(lab.engine.notes == Notes{"tell shard 3 failed 7"});
}
