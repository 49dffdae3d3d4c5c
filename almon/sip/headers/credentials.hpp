// Authorization and Proxy-Authorization: a client says who it is (RFC 3261 §20.7, §20.28; RFC 7616 §3.4).
#pragma once

#include "almon/sip/header_name.hpp"
#include "almon/sip/headers/auth_parameters.hpp"

namespace almon::sip {

// What both have. Quoted values are slices from between the quotes, backslashes still in them
// (unescape_quoted). Of Digest the five texts are there; whether they make sense is digest::Server's to say.
struct Credentials {
    std::string_view scheme;  // as it came, compared without case
    std::string_view other;   // of any scheme but Digest: all that follows

    std::string_view username, realm, nonce, uri, response;
    AuthValue algorithm, cnonce, opaque, qop, nc;
    bool userhash = false;

    bool is_digest() const { return base::equal_nocase(scheme, "Digest"); }
    // The parameters above; others are not kept.
    void print(base::Printer& out) const;

 protected:
    static Result<Credentials> parse_credentials(Scanner& in);
};

struct Authorization : Credentials {
    static constexpr HeaderName name{"Authorization"};
    [[nodiscard]] static Result<Authorization> parse(Scanner& in);
};

struct ProxyAuthorization : Credentials {
    static constexpr HeaderName name{"Proxy-Authorization"};
    [[nodiscard]] static Result<ProxyAuthorization> parse(Scanner& in);
};

}  // namespace almon::sip
