#include "almon/stack/shard.hpp"

#include "almon/sip/transport/response_route.hpp"

namespace almon::stack {

void Shard::arm(Timer& timer, std::optional<base::Instant> wanted, Due due) {
    if (timer.id && wanted == timer.when) return;
    wheel.cancel(timer.id);
    timer = {};
    if (wanted) timer = {wheel.arm(*wanted, due), *wanted};
}

const Listener* Shard::listener_for(const sip::Flow& flow) const {
    const Listener* best = nullptr;
    int best_score = -1;
    for (const auto& listener : settings.listeners) {
        if (listener.transport != flow.transport) continue;
        if (listener.local.address.family() != flow.peer.address.family()) continue;
        // Loopback does not reach others, nor do others reach loopback.
        const bool same_scope = listener.local.address.is_loopback() == flow.peer.address.is_loopback();
        const int score = (listener.local == flow.local ? 2 : 0) + (same_scope ? 1 : 0);
        if (score > best_score) best = &listener, best_score = score;
    }
    return best;
}

WayBack way_back(const sip::Flow& flow, const sip::Via& top) {
    WayBack way{flow, {}};
    if (sip::is_websocket(flow.transport)) return way;  // nobody connects to a browser (RFC 7118 §5)
    (sip::is_reliable(flow.transport) ? way.fallback : way.flow.peer) = sip::response_endpoint(flow, top);
    return way;
}

}  // namespace almon::stack
