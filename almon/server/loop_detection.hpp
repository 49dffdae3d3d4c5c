// Loop detection (RFC 3261 §16.3 step 4 and §16.6 step 8, as RFC 5393 §4.2 has it).
#pragma once

#include <string_view>

#include "almon/base/crypto/siphash.hpp"
#include "almon/sip/envelope.hpp"

namespace almon::server {

// What our branch ends with: a keyed hash of all that decides where a request goes. A request that comes back
// unchanged meets its own mark in a Via; one that spirals, with another Request-URI or Route, does not.
class LoopMark {
 public:
    // RFC 5393 §4.2.1: Request-URI, To tag, From tag, Call-ID, CSeq number, Route, Proxy-Require and
    // Proxy-Authorization. Neither the method (a CANCEL takes the way of its INVITE) nor Via.
    LoopMark(const base::HashKey& key, const sip::Message& request, const sip::Envelope& envelope);

    std::string_view text() const { return {text_, sizeof text_}; }
    // True when one of the request's Via fields carries this mark.
    bool is_in_via_of(const sip::Message& request) const;

 private:
    char text_[17];  // "~" and 64 bits in hex; no other element can make or meet it by chance
};

}  // namespace almon::server
