// WWW-Authenticate and Proxy-Authenticate: a server asks who we are (RFC 3261 §20.44, §20.27; RFC 7616 §3.3).
#pragma once

#include "almon/sip/header_name.hpp"
#include "almon/sip/headers/auth_parameters.hpp"

namespace almon::sip {

// What both have. One field is one challenge; its commas stand between parameters. Quoted values are slices
// from between the quotes, backslashes still in them (unescape_quoted).
struct Challenge {
    std::string_view scheme;  // as it came, compared without case
    std::string_view other;   // of any scheme but Digest: all that follows

    std::string_view realm, nonce;
    AuthValue opaque, algorithm, qop;  // qop: a comma-separated list
    bool stale = false;
    bool userhash = false;

    bool is_digest() const { return base::equal_nocase(scheme, "Digest"); }
    // Whether the list of qop names this one.
    bool offers_qop(std::string_view wanted) const;
    // The parameters above; others (domain, charset) are not kept.
    void print(base::Printer& out) const;

 protected:
    static Result<Challenge> parse_challenge(Scanner& in);
};

struct WwwAuthenticate : Challenge {
    static constexpr HeaderName name{"WWW-Authenticate"};
    [[nodiscard]] static Result<WwwAuthenticate> parse(Scanner& in);
};

struct ProxyAuthenticate : Challenge {
    static constexpr HeaderName name{"Proxy-Authenticate"};
    [[nodiscard]] static Result<ProxyAuthenticate> parse(Scanner& in);
};

}  // namespace almon::sip
