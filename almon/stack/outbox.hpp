// What a turn of a shard wants done by its host: octets to send, connections to close, messages for other
// shards. Octets lie in one arena whose memory is used again, so that a whole turn leaves in one batch.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "almon/base/limits.hpp"
#include "almon/base/slab.hpp"
#include "almon/sip/transport/flow.hpp"

namespace almon::stack {

struct ClientTransactionRecord;
using ClientHandle = base::Handle<ClientTransactionRecord>;

class Outbox {
 public:
    struct Packet {
        sip::Flow flow;
        // Streams: where to connect when flow.connection is gone (RFC 3261 §18.2.2); port 0: nowhere.
        sip::Endpoint fallback;
        // Whom to tell when it cannot be sent (Stack::send_failed); none for responses.
        ClientHandle origin;
        std::uint32_t at, size;
    };
    // A whole message that another shard owns, as this one received it.
    struct HandOver {
        std::uint16_t shard;
        sip::Flow flow;
        std::uint32_t at, size;
    };

    void send(const sip::Flow& flow, std::string_view octets, ClientHandle origin = {},
              sip::Endpoint fallback = {}) {
        packets_.push_back({flow, fallback, origin, keep(octets), static_cast<std::uint32_t>(octets.size())});
    }
    void close(sip::ConnectionId connection) { closed_.push_back(connection); }
    void hand_over(std::uint16_t shard, const sip::Flow& flow, std::string_view octets) {
        handed_over_.push_back({shard, flow, keep(octets), static_cast<std::uint32_t>(octets.size())});
    }

    std::span<const Packet> packets() const { return packets_; }
    std::span<const sip::ConnectionId> closed() const { return closed_; }
    std::span<const HandOver> handed_over() const { return handed_over_; }
    std::string_view octets(const Packet& packet) const { return {arena_.data() + packet.at, packet.size}; }
    std::string_view octets(const HandOver& message) const {
        return {arena_.data() + message.at, message.size};
    }
    bool empty() const { return packets_.empty() && closed_.empty() && handed_over_.empty(); }
    void clear() {
        packets_.clear();
        closed_.clear();
        handed_over_.clear();
        arena_.clear();
        if (kept() > base::limits::outbox_octets) std::string().swap(arena_);
    }
    // Octets that lie in the arena; none after clear().
    std::size_t held() const { return arena_.size(); }
    // The arena's memory, which the next turn uses again.
    std::size_t kept() const { return arena_.capacity(); }

 private:
    std::uint32_t keep(std::string_view octets) {
        const auto at = static_cast<std::uint32_t>(arena_.size());
        arena_.append(octets);
        return at;
    }
    std::string arena_;
    std::vector<Packet> packets_;
    std::vector<sip::ConnectionId> closed_;
    std::vector<HandOver> handed_over_;
};

}  // namespace almon::stack
