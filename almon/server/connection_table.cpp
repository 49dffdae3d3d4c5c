#include "almon/server/connection_table.hpp"

#include <algorithm>

namespace almon::server {

ConnectionTable::ConnectionTable(base::Epochs& epochs, const base::HashKey& key, std::uint16_t shards)
    : key_(key) {
    for (std::uint16_t shard = 0; shard < shards; ++shard) parts_.push_back(std::make_unique<Part>(epochs));
}

std::optional<sip::ConnectionId> ConnectionTable::find(sip::Transport transport,
                                                       const sip::Endpoint& peer) const {
    const auto key = key_of(transport, peer);
    const auto hashed = hash(key);
    for (const auto& part : parts_)
        if (const auto* record = part->find(hashed, {key.data(), key.size()})) return record->connection;
    return {};
}

std::size_t ConnectionTable::size() const {
    std::size_t sum = 0;
    for (const auto& part : parts_) sum += part->size();
    return sum;
}

void ConnectionTable::opened(const sip::Flow& flow) {
    const auto key = key_of(flow.transport, flow.peer);
    parts_[flow.connection.shard]->publish(hash(key), std::make_unique<Record>(Record{key, flow.connection}));
}

void ConnectionTable::closed(const sip::Flow& flow) {
    const auto key = key_of(flow.transport, flow.peer);
    const auto hashed = hash(key);
    const std::string_view text(key.data(), key.size());
    Part& part = *parts_[flow.connection.shard];
    const auto* record = part.find(hashed, text);
    if (record != nullptr && record->connection == flow.connection) part.remove(hashed, text);
}

ConnectionTable::Key ConnectionTable::key_of(sip::Transport transport, const sip::Endpoint& peer) {
    const auto& octets = peer.address.octets();
    Key key{static_cast<char>(transport), static_cast<char>(peer.address.family()),
            static_cast<char>(peer.port >> 8), static_cast<char>(peer.port)};
    std::copy(octets.begin(), octets.end(), key.begin() + 4);
    return key;
}

}  // namespace almon::server
