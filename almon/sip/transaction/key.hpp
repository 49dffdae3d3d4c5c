// Which transaction a message belongs to (RFC 3261 §17.1.3, §17.2.3), as a keyed hash of 128 bits: equal keys
// mean the same transaction, so tables hold no text, and strangers cannot aim for collisions.
//
// Branches are compared octet for octet. §7.3.1 would have tokens compared without case, but a repeat, its
// ACK and its CANCEL are copies by one client, and clients make branches of both cases. The magic cookie is
// recognised without case: there are clients that send it in lower case.
#pragma once

#include <string_view>

#include "almon/base/crypto/siphash.hpp"
#include "almon/sip/envelope.hpp"

namespace almon::sip {

using TransactionKey = base::Hash128;

// §8.1.1.7: the branch begins with the magic cookie and goes on. A bare cookie says nothing (RFC 4475
// §3.1.2.9 badbranch); such a request is matched like one of an RFC 2543 peer.
bool has_unique_branch(const Via& via);

// §17.2.3. `method` is that of the request, or INVITE to find the one that a CANCEL is for (§9.2); ACK counts
// as INVITE. The envelope is always taken before, or always after mark_source() changed the Via. For RFC 2543
// peers the key holds no To tag where INVITE is concerned: an ACK brings the tag of our response, so whoever
// found the transaction compares that with acknowledges().
TransactionKey server_key(const base::HashKey& secret, std::string_view request_uri, const Envelope& request,
                          Method method);

// §17.2.3: an ACK without a unique branch is for this transaction only if it has the To tag of our response.
bool acknowledges(const Envelope& ack, Tag response_to_tag);

// §17.1.3: the branch that we put on the request, and the method of its CSeq.
TransactionKey client_key(const base::HashKey& secret, std::string_view branch, Method method);

// §8.2.2.2: a request without To tag whose key is that of a transaction at hand, but whose server_key()
// differs, came on two ways and gets 482.
TransactionKey merged_request_key(const base::HashKey& secret, const Envelope& request);

}  // namespace almon::sip
