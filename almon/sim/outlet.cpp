#include "almon/sim/outlet.hpp"

#include <algorithm>
#include <utility>

namespace almon::sim {

void Outlet::flush() {
    while (!engine_.outbox().empty()) {
        auto outbox = std::exchange(engine_.outbox(), {});
        for (const auto& packet : outbox.packets()) send(outbox, packet);
        for (const auto& message : outbox.handed_over())
            engine_.hand_over(message.shard, message.flow, outbox.octets(message));
        for (const auto& connection : outbox.closed()) close(connection);
        outbox.clear();
        if (engine_.outbox().empty()) std::swap(engine_.outbox(), outbox);  // its memory is used again
    }
}

void Outlet::send(const stack::Outbox& outbox, const stack::Outbox::Packet& packet) {
    if (!engine_.may_send()) return;
    const auto octets = outbox.octets(packet);
    if (packet.flow.transport == sip::Transport::udp)
        return network_.send(packet.flow.local, packet.flow.peer, octets);
    send_on_stream({packet.flow, packet.fallback, std::string(octets), packet.origin, shard_});
}

// Over the connection that the flow names, or one that leads to its peer, or a new one: as the real host
// does.
void Outlet::send_on_stream(StreamPacket packet) {
    const auto& wanted = packet.flow.connection;
    if (wanted && wanted.shard != shard_) return engine_.send_elsewhere(wanted.shard, std::move(packet));
    if (auto* stream = find(wanted)) return write(*stream, std::move(packet));
    const auto to = wanted || packet.fallback.port != 0 ? packet.fallback : packet.flow.peer;
    if (to.port == 0) return fail(packet);
    auto* stream = leading_to(to);
    if (stream == nullptr && !wanted) {
        const auto others = engine_.connection_to({packet.flow.transport, packet.flow.local, to, {}});
        if (others && others->shard != shard_) {
            packet.flow.connection = *others;
            packet.fallback = to;
            return engine_.send_elsewhere(others->shard, std::move(packet));
        }
    }
    if (stream == nullptr)
        stream = &add(network_.connect(*this, packet.flow.local, to), packet.flow.local, to, false);
    write(*stream, std::move(packet));
}

void Outlet::write(Stream& stream, StreamPacket packet) {
    if (!stream.is_open) return stream.waiting.push_back(std::move(packet));
    network_.write(stream.end, packet.octets);
}

void Outlet::break_streams() {
    for (std::size_t slot = 0; slot < streams_.size(); ++slot)
        if (streams_[slot]) drop(slot);
}

std::size_t Outlet::streams() const {
    return static_cast<std::size_t>(
        std::count_if(streams_.begin(), streams_.end(), [](const auto& one) { return one.has_value(); }));
}

// --- From the network.

void Outlet::datagram(const Endpoint& from, const Endpoint& to, std::string_view octets) {
    engine_.datagram({sip::Transport::udp, to, from, {}}, octets);
}

void Outlet::opened(StreamEnd end, const Endpoint& local, const Endpoint& peer) {
    auto* stream = find(end);
    if (stream == nullptr) stream = &add(end, local, peer, true);
    stream->is_open = true;
    stream->flow.local = local;
    const auto waiting = std::exchange(stream->waiting, {});
    for (const auto& packet : waiting) network_.write(end, packet.octets);
    engine_.connected(stream->flow);
    engine_.turn_ended();
}

void Outlet::received(StreamEnd end, std::string_view octets) {
    if (const auto* stream = find(end)) engine_.received(stream->flow.connection, octets);
    engine_.turn_ended();
}

void Outlet::closed(StreamEnd end) {
    if (const auto* stream = find(end)) drop(stream->flow.connection.slot);
    engine_.turn_ended();
}

// --- Small things.

void Outlet::close(sip::ConnectionId connection) {
    if (find(connection) != nullptr) drop(connection.slot);
}

// Whoever had something in it is told.
void Outlet::drop(std::size_t slot) {
    const auto stream = *std::exchange(streams_[slot], std::nullopt);
    network_.close(stream.end);
    if (stream.is_open) engine_.disconnected(stream.flow.connection);
    for (const auto& packet : stream.waiting) fail(packet);
}

void Outlet::fail(const StreamPacket& packet) {
    if (!packet.origin) return;
    if (packet.sender == shard_) return engine_.send_failed(packet.origin);
    engine_.tell_failed(packet.sender, packet.origin);
}

Outlet::Stream& Outlet::add(StreamEnd end, const Endpoint& local, const Endpoint& peer, bool is_open) {
    const sip::ConnectionId id{static_cast<std::uint32_t>(streams_.size()), 1, shard_};
    streams_.emplace_back(Stream{end, {sip::Transport::tcp, local, peer, id}, is_open, {}});
    return *streams_.back();
}

Outlet::Stream* Outlet::find(StreamEnd end) {
    const auto found = std::find_if(streams_.begin(), streams_.end(),
                                    [&](const auto& one) { return one && one->end == end; });
    return found == streams_.end() ? nullptr : &**found;
}

Outlet::Stream* Outlet::find(sip::ConnectionId connection) {
    if (!connection || connection.slot >= streams_.size()) return nullptr;
    auto& stream = streams_[connection.slot];
    return stream ? &*stream : nullptr;
}

Outlet::Stream* Outlet::leading_to(const Endpoint& peer) {
    const auto found = std::find_if(streams_.begin(), streams_.end(),
                                    [&](const auto& one) { return one && one->flow.peer == peer; });
    return found == streams_.end() ? nullptr : &**found;
}

}  // namespace almon::sim
