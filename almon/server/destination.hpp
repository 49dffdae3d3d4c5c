// For whom a request is: the registrar, the server itself, one of our users, or somebody beyond us; and which
// rule decides about it. The Router goes by it, and so does whoever explains what a Router would do.
#pragma once

#include "almon/server/access.hpp"
#include "almon/server/domains.hpp"
#include "almon/server/route_information.hpp"
#include "almon/server/route_table.hpp"

namespace almon::server {

// A rule may send what is for one of our users anywhere; only a redirect leaves the going to the caller.
Destination destination_of(const RouteInformation& route, const Domains& domains, const RouteRule* rule);

// A REGISTER for one of our domains, or anything that names the server itself and none of its users.
bool is_for_server(sip::Method method, const RouteInformation& route, const Domains& domains);

// Whether rules are asked at all: only about what comes to us as the server of the domain, and not about what
// is within a dialog.
bool obeys_rules(const RouteInformation& route, const Domains& domains);

// True when the From names one of our domains, or nobody (anonymous.invalid).
bool claims_own(const sip::Uri& from, const Domains& domains);

}  // namespace almon::server
