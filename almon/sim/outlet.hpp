// Between one shard's SIP and the simulated network: what the real host does with sockets. Datagrams and
// stream octets go in, and whatever the shard then wants sent is sent.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "almon/sim/network.hpp"
#include "almon/stack/outbox.hpp"

namespace almon::sim {

// A packet for a stream, with who is to be told when it cannot be sent.
struct StreamPacket {
    sip::Flow flow;
    Endpoint fallback;
    std::string octets;
    stack::ClientHandle origin;
    std::uint16_t sender;  // the shard that `origin` belongs to
};

// One shard's SIP as its host sees it.
class Engine {
 public:
    virtual ~Engine() = default;
    virtual void datagram(const sip::Flow& flow, std::string_view octets) = 0;
    virtual void connected(const sip::Flow& flow) = 0;
    virtual void received(sip::ConnectionId connection, std::string_view octets) = 0;
    virtual void disconnected(sip::ConnectionId connection) = 0;
    virtual void send_failed(stack::ClientHandle origin) = 0;
    virtual stack::Outbox& outbox() = 0;
    // After each thing that a stream has brought.
    virtual void turn_ended() {}
    // Asked for each packet; false: its host has no power any more.
    virtual bool may_send() { return true; }
    // Only who has several shards is asked these.
    virtual void hand_over(std::uint16_t, const sip::Flow&, std::string_view) {}
    virtual void send_elsewhere(std::uint16_t, StreamPacket&&) {}
    virtual void tell_failed(std::uint16_t, stack::ClientHandle) {}
    // A connection to the flow's peer that any of them has open.
    virtual std::optional<sip::ConnectionId> connection_to(const sip::Flow&) const { return {}; }
};

class Outlet final : public Station {
 public:
    Outlet(Network& network, Engine& engine, std::uint16_t shard = 0)
        : network_(network), engine_(engine), shard_(shard) {}
    ~Outlet() override { network_.detach(*this); }
    Outlet(const Outlet&) = delete;
    Outlet& operator=(const Outlet&) = delete;

    // Sends all that lies in the engine's outbox, until nothing does.
    void flush();
    void send_on_stream(StreamPacket packet);
    // All of them; their peers hear of it.
    void break_streams();
    std::size_t streams() const;

    // --- Station.
    void datagram(const Endpoint& from, const Endpoint& to, std::string_view octets) override;
    void opened(StreamEnd end, const Endpoint& local, const Endpoint& peer) override;
    void received(StreamEnd end, std::string_view octets) override;
    void closed(StreamEnd end) override;

 private:
    struct Stream {
        StreamEnd end;
        sip::Flow flow;
        bool is_open;
        std::vector<StreamPacket> waiting;  // until it is open
    };
    void send(const stack::Outbox& outbox, const stack::Outbox::Packet& packet);
    void write(Stream& stream, StreamPacket packet);
    void close(sip::ConnectionId connection);
    void drop(std::size_t slot);
    void fail(const StreamPacket& packet);
    Stream& add(StreamEnd end, const Endpoint& local, const Endpoint& peer, bool is_open);
    Stream* find(StreamEnd end);
    Stream* find(sip::ConnectionId connection);
    Stream* leading_to(const Endpoint& peer);

    Network& network_;
    Engine& engine_;
    std::uint16_t shard_;
    std::vector<std::optional<Stream>> streams_;  // a connection's slot is its place here, used once
};

}  // namespace almon::sim
