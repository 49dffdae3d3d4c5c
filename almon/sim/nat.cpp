#include "almon/sim/nat.hpp"

namespace almon::sim {
namespace {

// RFC 4787 §4.3: at least two minutes, better five.
constexpr auto mapping_life = std::chrono::minutes(5);

}  // namespace

base::Endpoint Nat::outside(const base::Endpoint& inside, const base::Endpoint& to, Instant now) {
    auto& mapping = mappings_[inside];
    if (mapping.port == 0 || now - mapping.last_used > mapping_life) mapping = {.port = next_port_++};
    mapping.last_used = now;
    mapping.peers.insert(to);
    return {address_, mapping.port};
}

std::optional<base::Endpoint> Nat::inside(std::uint16_t port, const base::Endpoint& from, Instant now) const {
    for (const auto& [inside, mapping] : mappings_)
        if (mapping.port == port && now - mapping.last_used <= mapping_life && mapping.peers.contains(from))
            return inside;
    return {};
}

}  // namespace almon::sim
