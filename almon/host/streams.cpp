#include "almon/host/streams.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace almon::host {

Stream& Streams::add(const sip::Flow& flow) {
    const auto slot = flow.connection.slot;
    if (slot >= streams_.size()) streams_.resize(slot + 1);
    if (streams_[slot]) remove(streams_[slot]->flow.connection);
    by_peer_.insert(hash(flow.transport, flow.peer), slot);
    return streams_[slot].emplace(Stream{.flow = flow});
}

Stream* Streams::find(const sip::ConnectionId& id) {
    if (id.slot >= streams_.size()) return nullptr;
    auto& stream = streams_[id.slot];
    return stream && stream->flow.connection == id ? &*stream : nullptr;
}

Stream* Streams::leading_to(sip::Transport transport, const sip::Endpoint& peer) {
    const auto slot = by_peer_.find(hash(transport, peer), [&](std::uint32_t one) {
        const auto& flow = streams_[one]->flow;
        return flow.transport == transport && flow.peer == peer;
    });
    return slot ? &*streams_[*slot] : nullptr;
}

std::optional<Stream> Streams::remove(const sip::ConnectionId& id) {
    const auto* const stream = find(id);
    if (stream == nullptr) return {};
    by_peer_.erase(hash(stream->flow.transport, stream->flow.peer), id.slot);
    return std::exchange(streams_[id.slot], std::nullopt);
}

std::uint64_t Streams::hash(sip::Transport transport, const sip::Endpoint& peer) const {
    const auto& octets = peer.address.octets();
    std::array<char, 19> text{static_cast<char>(transport), static_cast<char>(peer.port >> 8),
                              static_cast<char>(peer.port)};
    std::copy(octets.begin(), octets.end(), text.begin() + 3);
    return base::siphash64(key_, {{text.data(), text.size()}});
}

}  // namespace almon::host
