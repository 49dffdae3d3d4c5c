// The proof that a request comes from somebody who knows the secret (RFC 7616 §3.4.1 to §3.4.3).
#pragma once

#include <cstdint>
#include <string_view>

#include "almon/sip/digest/algorithm.hpp"

namespace almon::sip::digest {

// Quality of protection. none: RFC 2069, which counts no requests; a client may meet it, our server never
// asks for it. auth_int covers the body too.
enum class Qop : std::uint8_t { none, auth, auth_int };
std::string_view name_of(Qop qop);  // "" for none

// The request that is protected.
struct Subject {
    std::string_view method;
    std::string_view uri;
    std::string_view body;
};

// What client and server have told each other, as it stands between the quotes.
struct Exchange {
    std::string_view nonce;
    std::string_view nc;  // eight digits, "00000001" first
    std::string_view cnonce;
    Qop qop = Qop::none;
};

// The parameter "response". `ha1`: of this algorithm, from Secret.
HexDigest response(Recipe recipe, std::string_view ha1, const Exchange& exchange, const Subject& subject);

}  // namespace almon::sip::digest
