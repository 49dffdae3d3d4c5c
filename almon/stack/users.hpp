// What the stack asks of whoever sits above it: the transaction users of RFC 3261 §5. A cookie is a number of
// the user's own that comes back with each call (a handle's bits, say); the stack does not look at it.
#pragma once

#include <cstdint>

#include "almon/base/crypto/siphash.hpp"
#include "almon/sip/envelope.hpp"
#include "almon/sip/message.hpp"
#include "almon/sip/transport/flow.hpp"

namespace almon::stack {

// A message as it arrived: whole, its envelope checked, its top Via completed (§18.2.1). Valid during the
// call.
struct Arrival {
    const sip::Message& message;
    const sip::Envelope& envelope;
    const sip::Flow& flow;  // answers and, on streams, later requests can go back this way
    base::Hash128 key;      // the server transaction that it opens or belongs to (§17.2.3); requests only
};

// Gets every request that belongs to no transaction: new ones, ACKs to 2xx, CANCELs that match nothing.
// It answers statelessly, opens a server transaction, or stays silent. Malformed requests never get here.
class Core {
 public:
    virtual ~Core() = default;
    virtual void request(const Arrival& arrival) = 0;
};

class ServerUser {
 public:
    virtual ~ServerUser() = default;
    // A CANCEL matched this INVITE, which has had no final answer; the CANCEL itself has had its 200 (§9.2).
    virtual void cancelled(std::uint64_t cookie) = 0;
    // The transaction is over: its handle finds nothing any more.
    virtual void server_ended(std::uint64_t cookie) = 0;
};

// Why a client transaction ended without a final response.
enum class Failure : std::uint8_t {
    timed_out,    // Timer B or F (§17.1.1.2, §17.1.2.2)
    unreachable,  // the transport refused (§17.1.4)
};

class ClientUser {
 public:
    virtual ~ClientUser() = default;
    // Provisional or final; several 2xx may follow a 2xx to an INVITE (RFC 6026).
    virtual void response(std::uint64_t cookie, const Arrival& arrival) = 0;
    virtual void failed(std::uint64_t cookie, Failure why) = 0;
    // The transaction is over; always the last call.
    virtual void client_ended(std::uint64_t cookie) = 0;
};

class AlarmUser {
 public:
    virtual ~AlarmUser() = default;
    virtual void alarm(std::uint64_t cookie) = 0;
};

}  // namespace almon::stack
