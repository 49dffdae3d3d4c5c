#include "almon/host/shard.hpp"

#include "almon/net/clock.hpp"

namespace almon::host {
namespace {

constexpr std::size_t mailbox_limit = 262'144;

net::ConnectionId number_of(const sip::ConnectionId& id) {
    return {id.slot, id.generation};
}

}  // namespace

// What the shard knows of a connection beside its octets.
struct Shard::Stream {
    sip::Flow flow;
    bool is_open = false;
    // Who is to be told when it does not open.
    std::vector<std::pair<stack::ClientHandle, std::uint16_t>> hopeful{};
};

Shard::Shard(const ShardOptions& options)
    : options_(options),
      connections_(loop_, *this, {.connections = options.connections}),
      alarm_(loop_, *this),
      mailbox_(loop_, *this, mailbox_limit) {
    loop_.at_every_turn_end(this);
}

Shard::~Shard() = default;

base::Outcome<sip::Endpoint> Shard::listen(sip::Transport transport, const sip::Endpoint& local) {
    const auto sharing = options_.shards > 1 ? net::PortSharing::shared : net::PortSharing::exclusive;
    if (transport == sip::Transport::udp) {
        auto socket = net::UdpSocket::bind(loop_, local, sharing, *this);
        if (!socket) return tl::unexpected(socket.error());
        datagrams_.push_back({std::move(*socket), {}});
        return datagrams_.back().socket->local();
    }
    auto listener = net::Listener::tcp(loop_, local, sharing, connections_);
    if (!listener) return tl::unexpected(listener.error());
    listeners_.push_back(std::move(*listener));
    return listeners_.back()->endpoint();
}

void Shard::install(std::unique_ptr<server::Node> node, std::span<Shard* const> shards, StoreThread* store) {
    node_ = std::move(node);
    shards_ = shards;
    store_ = store;
    alarm_.wake_at(node_->deadline());
}

void Shard::committed(std::span<const CommitAnswer> answers) {
    for (const auto& answer : answers) (void)mailbox_.push(Committed{answer.ticket, answer.durable});
}

Shard::Counters Shard::counters() const {
    Counters counters{.letters_shed = letters_shed_, .connections = connections_.size()};
    for (const auto& udp : datagrams_) counters.datagrams_dropped += udp.socket->counters().dropped;
    return counters;
}

// --- From the network.

void Shard::received(net::UdpSocket& socket, std::span<const net::Datagram> datagrams) {
    const sip::Flow flow{sip::Transport::udp, socket.local(), {}, {}};
    node_->datagrams(flow, datagrams, loop_.moment());
}

void Shard::opened(net::ConnectionId id, const base::Endpoint& peer, const base::Endpoint& local) {
    auto& stream = streams_[id.slot];
    stream.flow = {sip::Transport::tcp, local, peer, name(id)};
    stream.is_open = true;
    stream.hopeful.clear();
    node_->connected(stream.flow, loop_.moment());
}

void Shard::received(net::ConnectionId id, std::string_view bytes) {
    node_->received(name(id), bytes, loop_.moment());
}

void Shard::closed(net::ConnectionId id, net::Ending) {
    const auto found = streams_.find(id.slot);
    if (found == streams_.end() || found->second.flow.connection != name(id)) return;
    const auto stream = std::move(found->second);
    streams_.erase(found);
    if (stream.is_open) node_->disconnected(name(id), loop_.moment());
    for (const auto& [origin, sender] : stream.hopeful) send_failed(origin, sender);
}

// --- From the clock and the other threads.

void Shard::woken(base::Moment moment) {
    node_->advance(moment);
}

void Shard::delivered(std::span<Letter> letters) {
    for (auto& letter : letters) std::visit([this](auto& content) { take(content); }, letter);
}

void Shard::take(HandedOver& letter) {
    node_->handed_over(letter.flow, letter.octets, loop_.moment());
}
void Shard::take(SendOn& letter) {
    send_on_stream(letter);
}
void Shard::take(SendFailed& letter) {
    node_->send_failed(letter.origin, loop_.moment());
}
void Shard::take(Committed& letter) {
    node_->committed(letter.ticket, letter.durable, loop_.moment());
}
void Shard::take(std::unique_ptr<Order>& order) {
    order->carry_out(*node_);
}

// --- To the network, the store and the other shards: all that a turn has left, in one go.

void Shard::turn_ended() {
    if (!node_) return;
    // What cannot be sent may make the node say more.
    while (!node_->outbox().empty()) flush();
    if (auto& commits = node_->commits(); store_ && !commits.empty())
        store_->commit(std::exchange(commits, {}), *this);
    node_->commits().clear();
    alarm_.wake_at(node_->deadline());
}

void Shard::flush() {
    auto outbox = std::move(node_->outbox());
    for (const auto& packet : outbox.packets()) {
        if (packet.flow.transport == sip::Transport::udp)
            send_datagram(packet.flow, outbox.octets(packet));
        else
            send_on_stream({packet.flow, packet.fallback, std::string(outbox.octets(packet)), packet.origin,
                            options_.shard});
    }
    for (auto& udp : datagrams_) {
        udp.socket->send(udp.outgoing);
        udp.outgoing.clear();
    }
    for (const auto& message : outbox.handed_over())
        post(message.shard, HandedOver{message.flow, std::string(outbox.octets(message))});
    for (const auto& connection : outbox.closed()) connections_.close(number_of(connection));
    outbox.clear();
    if (node_->outbox().empty()) std::swap(node_->outbox(), outbox);  // its memory is used again
}

void Shard::send_datagram(const sip::Flow& flow, std::string_view octets) {
    for (auto& udp : datagrams_)
        if (udp.socket->local() == flow.local) return udp.outgoing.push_back({flow.peer, octets});
}

// Over the connection that the flow names; when that is gone over one to the fallback address, for requests
// to the flow's peer.
void Shard::send_on_stream(const SendOn& sending) {
    const auto& wanted = sending.flow.connection;
    if (wanted && wanted.shard != options_.shard && wanted.shard < shards_.size())
        return post(wanted.shard, sending);
    if (wanted && connections_.write(number_of(wanted), sending.octets)) return;
    if (!connect_and_send(sending)) send_failed(sending.origin, sending.sender);
}

bool Shard::connect_and_send(const SendOn& sending) {
    const auto to =
        sending.flow.connection || sending.fallback.port != 0 ? sending.fallback : sending.flow.peer;
    if (to.port == 0) return false;
    for (auto& [slot, stream] : streams_) {
        if (stream.flow.peer != to || !connections_.write(number_of(stream.flow.connection), sending.octets))
            continue;
        if (!stream.is_open) stream.hopeful.emplace_back(sending.origin, sending.sender);
        return true;
    }
    const auto opened = connections_.open(to, sending.flow.local.address);
    if (!opened || !connections_.write(*opened, sending.octets)) return false;
    auto& stream = streams_[opened->slot];
    stream = {{sip::Transport::tcp, sending.flow.local, to, name(*opened)}, false, {}};
    stream.hopeful.emplace_back(sending.origin, sending.sender);
    return true;
}

void Shard::send_failed(stack::ClientHandle origin, std::uint16_t sender) {
    if (!origin) return;
    if (sender == options_.shard) return node_->send_failed(origin, loop_.moment());
    post(sender, SendFailed{origin});
}

// A full mailbox means that the other shard does not keep up: the letter is lost as a datagram would be.
void Shard::post(std::uint16_t shard, Letter letter) {
    if (!shards_[shard]->deliver(std::move(letter))) ++letters_shed_;
}

}  // namespace almon::host
