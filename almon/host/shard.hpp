// One shard on one thread: the node with its loop, its sockets, and a mailbox for the other threads. It
// carries octets and outcomes between them and decides nothing.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "almon/host/letter.hpp"
#include "almon/host/store_thread.hpp"
#include "almon/host/streams.hpp"
#include "almon/host/wires.hpp"
#include "almon/net/alarm.hpp"
#include "almon/net/calendar_watch.hpp"
#include "almon/net/connections.hpp"
#include "almon/net/listener.hpp"
#include "almon/net/loop.hpp"
#include "almon/net/mailbox.hpp"
#include "almon/net/udp_socket.hpp"
#include "almon/server/node.hpp"

namespace almon::host {

struct ShardOptions {
    std::uint16_t shard = 0;
    std::uint16_t shards = 1;
    std::size_t connections = base::limits::connections_per_shard;
    base::Duration probation = base::limits::connection_first_message;
    base::Duration gathering{0};  // net::Loop::gather_for()
    base::HashKey key = {};       // of the tables that strangers fill
};

class Shard final : net::UdpReader,
                    net::ConnectionReader,
                    net::Sleeper,
                    net::TurnEnd,
                    net::MailboxReader<Letter>,
                    public net::CalendarReader,
                    public CommitReader {
 public:
    explicit Shard(const ShardOptions& options);
    ~Shard();

    // Opens a socket on this address; port 0 takes a free one. Gives the address that it really has.
    [[nodiscard]] base::Outcome<sip::Endpoint> listen(sip::Transport transport, const sip::Endpoint& local);
    // Gives the shard its node, once, after all listen().
    void install(std::unique_ptr<server::Node> node, std::span<Shard* const> shards, StoreThread* store);
    server::Node& node() { return *node_; }

    // Serves until stop(). What was sent to its sockets since listen() is waiting there.
    void run();
    // One turn of it, for tests.
    bool turn(base::Duration patience) { return loop_.turn(patience); }
    // From any thread.
    void stop() { loop_.stop(); }
    // On the shard's thread, or before it runs: how new connections speak.
    void speak(SpeechSnapshot speech) { connections_.apply(std::move(speech)); }
    // From any thread. False when the box is full, and the letter is shed.
    [[nodiscard]] bool deliver(Letter letter) { return mailbox_.push(std::move(letter)); }
    // From any thread: what must not be shed. The one who commands waits for each, so they are few; and an
    // answer of the store that was lost would leave its address-of-record waiting for ever. Of those, there
    // are as many as REGISTERs wait (limits::pending_commits).
    void order(std::unique_ptr<Order> order) { mailbox_.push_always(std::move(order)); }
    void committed(std::span<const CommitAnswer> answers) override;
    // What the store has bears wrong dates: the node looks in the next turn, which reads both clocks anew.
    void calendar_was_set() override { should_look_at_calendar_ = true; }

    struct Counters {
        std::uint64_t datagrams_dropped = 0;    // no room in the kernel, nor in ours
        std::uint64_t datagrams_refused = 0;    // by the kernel: no route, too long
        std::uint64_t letters_shed = 0;         // another shard did not keep up
        std::uint64_t connections_refused = 0;  // beyond the limit
        std::uint64_t accept_pauses = 0;        // no file descriptor left
        std::size_t connections = 0;
    };
    // On the shard's thread.
    Counters counters() const;

 private:
    struct Datagrams {
        std::unique_ptr<net::UdpSocket> socket;
        std::vector<net::Outgoing> outgoing;
    };
    void received(net::UdpSocket& socket, std::span<const net::Datagram> datagrams) override;
    void opened(net::ConnectionId id, const base::Endpoint& peer, const base::Endpoint& local) override;
    void received(net::ConnectionId id, std::string_view bytes) override;
    void closed(net::ConnectionId id, net::Ending why) override;
    void woken(base::Moment moment) override;
    void delivered(std::span<Letter> letters) override;
    void turn_ended() override;

    void take(HandedOver& letter);
    void take(SendOn& letter);
    void take(SendFailed& letter);
    void take(Committed& letter);
    void take(std::unique_ptr<Order>& order);

    void flush();
    void send_packets(const stack::Outbox& outbox);
    bool send_datagram(const sip::Flow& flow, std::string_view octets);
    void send_on_stream(const sip::Flow& flow, const sip::Endpoint& fallback, std::string_view octets,
                        Sender sender);
    bool send_to_peer(const sip::Flow& flow, std::string_view octets, Sender sender);
    void post_on_stream(const sip::Flow& flow, const sip::Endpoint& fallback, std::string_view octets,
                        Sender sender);
    void close(const sip::ConnectionId& id);
    void send_failed(Sender sender);
    bool post(std::uint16_t shard, Letter letter);
    sip::ConnectionId name(net::ConnectionId id) const { return {id.slot, id.generation, options_.shard}; }

    const ShardOptions options_;
    net::Loop loop_;
    std::vector<Datagrams> datagrams_;
    Wires connections_;
    std::vector<std::unique_ptr<net::Listener>> listeners_;
    net::Alarm alarm_;
    net::CalendarWatch calendar_;
    net::Mailbox<Letter> mailbox_;
    Streams streams_;
    std::span<Shard* const> shards_;
    StoreThread* store_ = nullptr;
    std::unique_ptr<server::Node> node_;
    std::uint64_t letters_shed_ = 0;
    bool should_look_at_calendar_ = false;
};

}  // namespace almon::host
