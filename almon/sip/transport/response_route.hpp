// How a response finds back to where its request came from (RFC 3261 §18.2.1, §18.2.2; RFC 3581).
#pragma once

#include "almon/sip/headers/via.hpp"
#include "almon/sip/message.hpp"
#include "almon/sip/transport/flow.hpp"

namespace almon::sip {

// §18.2.1, RFC 3581 §4: writes into the top Via of a request where it really came from: `received` when
// sent-by is a name or another address, and, when rport is asked for, its value and always `received`. True
// when something was inserted: `top` then tells of it, and all other slices of the request must be taken
// anew. A `received` that the peer wrote itself stays, unbelieved: response_endpoint() asks the flow.
bool mark_source(Message& request, Via& top, const Endpoint& peer);

// §18.2.2: where the response goes to a request that came over `flow` with this top Via.
// Unreliable: the destination; the address is the packet's source, the port rport's (the source port) or that
// of sent-by. Reliable: the answer takes flow.connection; this is where a new one is opened when that is
// closed (never to a WebSocket client: it accepts none, RFC 7118 §5). maddr is followed to a numeric unicast
// address only: answers of ours to multicast, broadcast, unspecified or, from elsewhere, loopback addresses
// would be of use to attackers alone; names there are not looked up.
Endpoint response_endpoint(const Flow& flow, const Via& top);

// Whether the sender does not know the address by which we see it: its sent-by is a name or another address,
// or, as far as it asked for rport, another port.
bool is_behind_nat(const Via& top, const Endpoint& peer);

}  // namespace almon::sip
