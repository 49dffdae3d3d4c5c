#include "almon/load/tcp_lanes.hpp"

#include <algorithm>
#include <variant>

namespace almon::load {

TcpLanes::TcpLanes(net::Loop& loop, const Plan& plan, LaneReader& reader)
    : target_(plan.target), reader_(reader), connections_(loop, *this), ours_(plan.source_ports + 1) {}

base::Outcome<std::unique_ptr<Lanes>> TcpLanes::open(net::Loop& loop, const Plan& plan,
                                                     const base::IpAddress& own, LaneReader& reader) {
    std::unique_ptr<TcpLanes> opened(new TcpLanes(loop, plan, reader));
    auto listener = net::Listener::tcp(loop, {own, port_of(plan, plan.source_ports)},
                                       net::PortSharing::exclusive, opened->connections_);
    if (!listener) return tl::unexpected(listener.error());
    opened->listener_ = std::move(*listener);
    for (std::uint32_t lane = 0; lane < opened->ours_.size(); ++lane)
        if (const auto connected = opened->connect(lane); !connected)
            return tl::unexpected(connected.error());
    return opened;
}

std::optional<Locals> TcpLanes::locals() const {
    if (open_ < ours_.size()) return {};
    Locals locals{.lanes = {}, .callee = listener_->endpoint()};
    for (std::size_t lane = 0; lane + 1 < ours_.size(); ++lane)
        locals.lanes.push_back(streams_[ours_[lane].slot]->local);
    return locals;
}

base::Outcome<void> TcpLanes::connect(std::uint32_t lane) {
    const auto id = connections_.open(target_);
    if (!id) return tl::unexpected(id.error());
    ours_[lane] = *id;
    add(*id, lane);
    return {};
}

// --- Connections come and go. Lanes beyond ours are those that the target opened.

TcpLanes::Stream& TcpLanes::add(net::ConnectionId id, std::uint32_t lane) {
    if (streams_.size() <= id.slot) streams_.resize(id.slot + 1);
    streams_[id.slot] = std::make_unique<Stream>(Stream{.id = id, .lane = lane});
    return *streams_[id.slot];
}

TcpLanes::Stream* TcpLanes::find(net::ConnectionId id) {
    auto* const stream = id.slot < streams_.size() ? streams_[id.slot].get() : nullptr;
    return stream != nullptr && stream->id == id ? stream : nullptr;
}

std::uint32_t TcpLanes::lane_of_accepted(net::ConnectionId id) const {
    return static_cast<std::uint32_t>(ours_.size()) + id.slot;
}

net::ConnectionId TcpLanes::connection_of(std::uint32_t lane) const {
    if (lane < ours_.size()) return ours_[lane];
    const auto slot = lane - ours_.size();
    return slot < streams_.size() && streams_[slot] ? streams_[slot]->id : net::ConnectionId{};
}

void TcpLanes::opened(net::ConnectionId id, const Endpoint& peer, const Endpoint& local) {
    auto* stream = find(id);
    if (stream != nullptr) {
        ++open_;
    } else if (peer.address == target_.address) {
        stream = &add(id, lane_of_accepted(id));
    } else {
        return connections_.abort(id);
    }
    stream->peer = peer;
    stream->local = local;
}

void TcpLanes::closed(net::ConnectionId id, net::Ending why) {
    const auto* const stream = find(id);
    if (stream == nullptr) return;
    const auto lane = stream->lane;
    streams_[id.slot].reset();
    if (lane >= ours_.size()) return;
    ours_[lane] = {};
    if (why == net::Ending::not_opened || why == net::Ending::opening_late)
        return reader_.failed("cannot connect to TCP " + base::printed(target_) + ": " + net::describe(why));
    reader_.lost(lane);
}

void TcpLanes::received(net::ConnectionId id, std::string_view bytes) {
    auto* const stream = find(id);
    if (stream == nullptr) return;
    stream->framer.feed(bytes);
    for (;;) {
        const auto event = stream->framer.next();
        if (const auto* whole = std::get_if<sip::StreamFramer::Whole>(&event)) {
            connections_.trust(id);
            const net::Datagram message{stream->peer, whole->octets};
            reader_.received(stream->lane, {&message, 1});
        } else if (std::holds_alternative<sip::StreamFramer::Ping>(event)) {
            connections_.write(id, "\r\n");
        } else if (std::holds_alternative<sip::StreamFramer::Broken>(event)) {
            connections_.abort(id);
            return closed(id, net::Ending::broken);
        } else if (std::holds_alternative<sip::StreamFramer::NeedMore>(event)) {
            return;
        }
    }
}

void TcpLanes::send(const Outbox& outbox) {
    for (const auto& packet : outbox.packets())
        if (!write(packet.lane, outbox.octets(packet))) ++unsent_;
}

bool TcpLanes::write(std::uint32_t lane, std::string_view octets) {
    if (connections_.write(connection_of(lane), octets)) return true;
    return lane < ours_.size() && connect(lane) && connections_.write(ours_[lane], octets);
}

}  // namespace almon::load
