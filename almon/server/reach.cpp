#include "almon/server/reach.hpp"

#include "almon/sip/headers/record_route.hpp"
#include "almon/sip/headers/via.hpp"
#include "almon/sip/transport/response_route.hpp"

namespace almon::server {

bool has_another_via(const stack::Arrival& arrival) {
    const auto& message = arrival.message;
    if (message.may_repeat(sip::Via::name) && message.count(sip::Via::name) > 1) return true;
    const auto* only = message.find_field(sip::Via::name);
    return only != nullptr && only->value_size > arrival.envelope.via.text.size();
}

bool came_straight(const stack::Arrival& arrival) {
    return !arrival.message.has(sip::RecordRoute::name) && !has_another_via(arrival);
}

bool is_only_reached_back(const stack::Arrival& arrival) {
    if (!came_straight(arrival)) return false;
    return sip::is_reliable(arrival.flow.transport) ||
           sip::is_behind_nat(arrival.envelope.via, arrival.flow.peer);
}

}  // namespace almon::server
