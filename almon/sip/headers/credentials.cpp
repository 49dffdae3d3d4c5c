#include "almon/sip/headers/credentials.hpp"

namespace almon::sip {

Result<Credentials> Credentials::parse_credentials(Scanner& in) {
    const auto scheme = take_auth_scheme(in);
    if (!scheme) return tl::unexpected(scheme.error());
    Credentials credentials{.scheme = *scheme};
    if (!credentials.is_digest()) {
        credentials.other = in.take_count(in.rest().size());
        return credentials;
    }
    static constexpr std::array<std::string_view, 11> names{"username", "realm",     "nonce",   "uri",
                                                            "response", "algorithm", "cnonce",  "opaque",
                                                            "qop",      "nc",        "userhash"};
    const auto values = take_auth_parameters(in, names);
    if (!values) return tl::unexpected(values.error());
    const auto& [username, realm, nonce, uri, response, algorithm, cnonce, opaque, qop, nc, userhash] =
        *values;
    if (!username || !realm || !nonce || !uri || !response)
        return base::fail(Errc::missing_field, in.offset(),
                          "RFC 7616 §3.4: username, realm, nonce, uri, response");
    credentials.username = *username;
    credentials.realm = *realm;
    credentials.nonce = *nonce;
    credentials.uri = *uri;
    credentials.response = *response;
    credentials.algorithm = algorithm;
    credentials.cnonce = cnonce;
    credentials.opaque = opaque;
    credentials.qop = qop;
    credentials.nc = nc;
    credentials.userhash = is_true(userhash);
    return credentials;
}

void Credentials::print(base::Printer& out) const {
    AuthWriter writer(out, scheme);
    if (!is_digest()) {
        writer.verbatim(other);
        return;
    }
    writer.quoted("username", username)
        .quoted("realm", realm)
        .quoted("nonce", nonce)
        .quoted("uri", uri)
        .quoted("response", response)
        .token("algorithm", algorithm)
        .quoted("cnonce", cnonce)
        .quoted("opaque", opaque)
        .token("qop", qop)
        .token("nc", nc)
        .token("userhash", userhash ? AuthValue("true") : AuthValue());
}

Result<Authorization> Authorization::parse(Scanner& in) {
    return parse_credentials(in).map([](const Credentials& parsed) { return Authorization{parsed}; });
}

Result<ProxyAuthorization> ProxyAuthorization::parse(Scanner& in) {
    return parse_credentials(in).map([](const Credentials& parsed) { return ProxyAuthorization{parsed}; });
}

}  // namespace almon::sip
