#include "almon/host/shard.hpp"

namespace almon::host {
namespace {

net::ConnectionId number_of(const sip::ConnectionId& id) {
    return {id.slot, id.generation};
}

}  // namespace

Shard::Shard(const ShardOptions& options)
    : options_(options),
      connections_(loop_, *this, {.connections = options.connections, .probation = options.probation}),
      alarm_(loop_, *this),
      calendar_(loop_, *this),
      mailbox_(loop_, *this, base::limits::letters_per_shard),
      streams_(options.key) {
    loop_.at_every_turn_end(this);
    loop_.gather_for(options.gathering);
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
    auto listener = net::Listener::tcp(loop_, local, sharing, connections_.connections());
    if (!listener) return tl::unexpected(listener.error());
    listeners_.push_back(std::move(*listener));
    connections_.serve(transport, listeners_.back()->endpoint());
    return listeners_.back()->endpoint();
}

void Shard::install(std::unique_ptr<server::Node> node, std::span<Shard* const> shards, StoreThread* store) {
    node_ = std::move(node);
    connections_.log_to(node_->stack().log());
    shards_ = shards;
    store_ = store;
    alarm_.wake_at(node_->deadline());
}

void Shard::committed(std::span<const CommitAnswer> answers) {
    mailbox_.push_always(Committed{{answers.begin(), answers.end()}});
}

// What was done to the node before, such as to restore bindings, has left commits and deadlines.
void Shard::run() {
    turn_ended();
    loop_.run();
}

Shard::Counters Shard::counters() const {
    Counters counters{.letters_shed = letters_shed_, .connections = connections_.size()};
    for (const auto& udp : datagrams_) {
        counters.datagrams_dropped += udp.socket->counters().dropped;
        counters.datagrams_refused += udp.socket->counters().undeliverable;
    }
    for (const auto& listener : listeners_) {
        counters.connections_refused += listener->counters().refused;
        counters.accept_pauses += listener->counters().pauses;
    }
    return counters;
}

// --- From the network.

void Shard::received(net::UdpSocket& socket, std::span<const net::Datagram> datagrams) {
    const sip::Flow flow{sip::Transport::udp, socket.local(), {}, {}};
    node_->datagrams(flow, datagrams, loop_.moment());
}

void Shard::opened(net::ConnectionId id, const base::Endpoint& peer, const base::Endpoint& local) {
    auto& stream = streams_.add({connections_.transport_of(id, local), local, peer, name(id)});
    stream.is_open = true;
    node_->connected(stream.flow, loop_.moment());
}

void Shard::received(net::ConnectionId id, std::string_view bytes) {
    if (node_->received(name(id), bytes, loop_.moment())) connections_.trust(id);
}

void Shard::closed(net::ConnectionId id, net::Ending) {
    const auto stream = streams_.remove(name(id));
    if (!stream) return;
    if (stream->is_open) node_->disconnected(name(id), loop_.moment());
    for (const auto& sender : stream->hopeful) send_failed(sender);
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
    send_on_stream(letter.flow, letter.fallback, letter.octets, letter.sender);
}
void Shard::take(SendFailed& letter) {
    node_->send_failed(letter.origin, loop_.moment());
}
void Shard::take(Committed& letter) {
    for (const auto& answer : letter.answers) node_->committed(answer.ticket, answer.durable, loop_.moment());
}
void Shard::take(std::unique_ptr<Order>& order) {
    order->carry_out(*this);
}

// --- To the network, the store and the other shards: all that a turn has left, in one go.

void Shard::turn_ended() {
    if (!node_) return;
    // What cannot be sent may make the node say more.
    while (!node_->outbox().empty()) flush();
    if (auto& commits = node_->commits(); store_ && !commits.empty())
        store_->commit(std::exchange(commits, {}), *this);
    node_->commits().clear();
    const bool is_next_turn_wanted = std::exchange(should_look_at_calendar_, false);
    alarm_.wake_at(is_next_turn_wanted ? loop_.moment().now : node_->deadline());
}

void Shard::flush() {
    auto outbox = std::move(node_->outbox());
    send_packets(outbox);
    for (const auto& message : outbox.handed_over())
        post(message.shard, HandedOver{message.flow, std::string(outbox.octets(message))});
    for (const auto& connection : outbox.closed()) close(connection);
    outbox.clear();
    if (node_->outbox().empty()) std::swap(node_->outbox(), outbox);  // its memory is used again
}

void Shard::send_packets(const stack::Outbox& outbox) {
    for (const auto& packet : outbox.packets()) {
        const Sender sender{packet.origin, options_.shard};
        if (packet.flow.transport != sip::Transport::udp)
            send_on_stream(packet.flow, packet.fallback, outbox.octets(packet), sender);
        else if (!send_datagram(packet.flow, outbox.octets(packet)))
            send_failed(sender);
    }
    for (auto& udp : datagrams_) {
        udp.socket->send(udp.outgoing);
        udp.outgoing.clear();
    }
}

bool Shard::send_datagram(const sip::Flow& flow, std::string_view octets) {
    for (auto& udp : datagrams_) {
        if (udp.socket->local() != flow.local) continue;
        udp.outgoing.push_back({flow.peer, octets});
        return true;
    }
    return false;
}

// Over the connection that the flow names; when that is gone over one to the fallback address, for requests
// over one to the flow's peer: ours, another shard's, or a new one.
void Shard::send_on_stream(const sip::Flow& flow, const sip::Endpoint& fallback, std::string_view octets,
                           Sender sender) {
    const auto& wanted = flow.connection;
    if (wanted && wanted.shard != options_.shard) return post_on_stream(flow, fallback, octets, sender);
    if (wanted && connections_.write(number_of(wanted), octets)) return;
    sip::Flow to_peer{flow.transport, flow.local, wanted || fallback.port != 0 ? fallback : flow.peer, {}};
    if (to_peer.peer.port == 0) return send_failed(sender);
    if (!wanted && streams_.leading_to(to_peer.transport, to_peer.peer) == nullptr) {
        const auto found = node_->connection_to(to_peer);
        if (found && found->shard != options_.shard) {
            to_peer.connection = *found;
            return post_on_stream(to_peer, to_peer.peer, octets, sender);
        }
    }
    if (!send_to_peer(to_peer, octets, sender)) send_failed(sender);
}

void Shard::post_on_stream(const sip::Flow& flow, const sip::Endpoint& fallback, std::string_view octets,
                           Sender sender) {
    if (!post(flow.connection.shard, SendOn{flow, fallback, std::string(octets), sender}))
        send_failed(sender);
}

// Over a connection that leads there already, or a new one.
bool Shard::send_to_peer(const sip::Flow& flow, std::string_view octets, Sender sender) {
    auto* stream = streams_.leading_to(flow.transport, flow.peer);
    if (stream == nullptr || !connections_.write(number_of(stream->flow.connection), octets)) {
        if (sip::is_websocket(flow.transport)) return false;  // a browser takes no calls (RFC 7118 §5)
        const auto opened = connections_.open(flow.transport, flow.peer, flow.local.address,
                                              base::printed(flow.peer.address));
        if (!opened || !connections_.write(*opened, octets)) return false;
        stream = &streams_.add({flow.transport, flow.local, flow.peer, name(*opened)});
    }
    if (!stream->is_open && sender.origin) stream->hopeful.push_back(sender);
    return true;
}

void Shard::close(const sip::ConnectionId& id) {
    connections_.close(number_of(id));
    if (streams_.remove(id)) node_->disconnected(id, loop_.moment());
}

void Shard::send_failed(Sender sender) {
    if (!sender.origin) return;
    if (sender.shard == options_.shard) return node_->send_failed(sender.origin, loop_.moment());
    post(sender.shard, SendFailed{sender.origin});
}

// A full mailbox means that the other shard does not keep up: the letter is lost as a datagram would be.
bool Shard::post(std::uint16_t shard, Letter letter) {
    if (shards_[shard]->deliver(std::move(letter))) return true;
    ++letters_shed_;
    return false;
}

}  // namespace almon::host
