// Whether a user agent can be reached by its Contact, or only by the way that its request came.
#pragma once

#include "almon/stack/users.hpp"

namespace almon::server {

// Whether a Via stands below the topmost: another field, or another value in the same one.
bool has_another_via(const stack::Arrival& arrival);
// True when the request comes straight from a user agent, as far as it tells: one Via, no Record-Route.
bool came_straight(const stack::Arrival& arrival);
// True when what is for the user agent of this request had better take the way by which it came, whatever its
// Contact says: a connection, or a NAT that the user agent does not see through.
bool is_only_reached_back(const stack::Arrival& arrival);

}  // namespace almon::server
