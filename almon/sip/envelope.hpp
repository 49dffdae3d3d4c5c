// What every SIP element needs of every message, read and checked once (RFC 3261 §8.1.1): the mandatory
// fields, each once, within their ranges, and agreeing with the start line.
#pragma once

#include <cstdint>
#include <optional>

#include "almon/sip/headers/call_id.hpp"
#include "almon/sip/headers/cseq.hpp"
#include "almon/sip/headers/from_to.hpp"
#include "almon/sip/headers/via.hpp"
#include "almon/sip/message.hpp"
#include "almon/sip/uri.hpp"

namespace almon::sip {

// Borrows from the message.
struct Envelope {
    Via via;  // the topmost
    CallId call_id;
    Tag from_tag;  // empty when absent (RFC 2543 peers)
    Tag to_tag;    // empty when absent
    Uri to_uri;
    CSeq cseq;
    std::uint32_t max_forwards = 70;  // §16.3: absent counts as 70; over 255 counts as absent
    bool has_max_forwards = false;
};

// Fails with the offset in the message and the rule: a mandatory field that is missing or repeated, a tag or
// number that breaks the grammar, a CSeq beyond 2^31-1... RFC 4475 says which are refused and which survive.
[[nodiscard]] Result<Envelope> read_envelope(const Message& message);
// With the topmost Via, which was read before.
[[nodiscard]] Result<Envelope> read_envelope(const Message& message, const Via& top);

// The Request-URI. In a sip URI there it has no headers (RFC 3261 §19.1.1): they would become header fields
// of whatever is made of it (RFC 4475 §3.1.2.11).
[[nodiscard]] Result<Uri> read_request_uri(const Message& message);

// The status that an element owes for a request with this fault (400, 505, 416, 513, …).
Status status_owed(const Error& error);

}  // namespace almon::sip
