#include "almon/server/reach.hpp"

#include "almon/sip/headers/record_route.hpp"
#include "almon/sip/headers/via.hpp"
#include "almon/sip/transport/response_route.hpp"

namespace almon::server {

bool came_straight(const stack::Arrival& arrival) {
    const auto& message = arrival.message;
    if (message.has(sip::RecordRoute::name) || message.count(sip::Via::name) > 1) return false;
    const auto* only = message.find_field(sip::Via::name);
    return only != nullptr && only->value_size <= arrival.envelope.via.text.size();
}

bool is_only_reached_back(const stack::Arrival& arrival) {
    if (!came_straight(arrival)) return false;
    return sip::is_reliable(arrival.flow.transport) ||
           sip::is_behind_nat(arrival.envelope.via, arrival.flow.peer);
}

}  // namespace almon::server
