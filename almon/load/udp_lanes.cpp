#include "almon/load/udp_lanes.hpp"

#include <algorithm>

namespace almon::load {

base::Outcome<std::unique_ptr<Lanes>> UdpLanes::open(net::Loop& loop, const Plan& plan,
                                                     const base::IpAddress& own, LaneReader& reader) {
    std::unique_ptr<UdpLanes> opened(new UdpLanes(plan, own, reader));
    for (unsigned i = 0; i <= plan.source_ports; ++i) {
        const auto local = opened->add(loop, port_of(plan, i));
        if (!local) return tl::unexpected(local.error());
        if (i < plan.source_ports)
            opened->locals_.lanes.push_back(*local);
        else
            opened->locals_.callee = *local;
    }
    return opened;
}

base::Outcome<Endpoint> UdpLanes::add(net::Loop& loop, std::uint16_t port) {
    auto lane = std::make_unique<Lane>(*this, static_cast<std::uint32_t>(lanes_.size()));
    auto socket = net::UdpSocket::bind(loop, {own_, port}, net::PortSharing::exclusive, *lane);
    if (!socket) return tl::unexpected(socket.error());
    lane->socket = std::move(*socket);
    lanes_.push_back(std::move(lane));
    return lanes_.back()->socket->local();
}

void UdpLanes::Lane::received(net::UdpSocket&, std::span<const net::Datagram> datagrams) {
    while (!datagrams.empty()) {
        const auto stranger = std::ranges::find_if_not(
            datagrams, [this](const auto& datagram) { return lanes.knows(datagram.from.address); });
        const auto known = static_cast<std::size_t>(stranger - datagrams.begin());
        if (known > 0) lanes.reader_.received(number, datagrams.first(known));
        datagrams = datagrams.subspan(std::min(known + 1, datagrams.size()));
    }
}

void UdpLanes::send(const Outbox& outbox) {
    for (const auto& packet : outbox.packets()) {
        auto& leaving = lanes_[packet.lane]->leaving;
        if (leaving.empty()) busy_.push_back(packet.lane);
        leaving.push_back({packet.to, outbox.octets(packet)});
    }
    for (const auto lane : busy_) {
        lanes_[lane]->socket->send(lanes_[lane]->leaving);
        lanes_[lane]->leaving.clear();
    }
    busy_.clear();
}

std::uint64_t UdpLanes::unsent() const {
    std::uint64_t sum = 0;
    for (const auto& lane : lanes_)
        sum += lane->socket->counters().dropped + lane->socket->counters().undeliverable;
    return sum;
}

}  // namespace almon::load
