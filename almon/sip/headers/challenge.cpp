#include "almon/sip/headers/challenge.hpp"

namespace almon::sip {

Result<Challenge> Challenge::parse_challenge(Scanner& in) {
    const auto scheme = take_auth_scheme(in);
    if (!scheme) return tl::unexpected(scheme.error());
    Challenge challenge{.scheme = *scheme};
    if (!challenge.is_digest()) {
        challenge.other = in.take_count(in.rest().size());
        return challenge;
    }
    static constexpr std::array<std::string_view, 7> names{"realm",     "nonce", "opaque",  "stale",
                                                           "algorithm", "qop",   "userhash"};
    const auto values = take_auth_parameters(in, names);
    if (!values) return tl::unexpected(values.error());
    const auto& [realm, nonce, opaque, stale, algorithm, qop, userhash] = *values;
    if (!realm || !nonce)
        return base::fail(Errc::missing_field, in.offset(), "RFC 7616 §3.3: realm and nonce");
    challenge.realm = *realm;
    challenge.nonce = *nonce;
    challenge.opaque = opaque;
    challenge.algorithm = algorithm;
    challenge.qop = qop;
    challenge.stale = is_true(stale);
    challenge.userhash = is_true(userhash);
    return challenge;
}

bool Challenge::offers_qop(std::string_view wanted) const {
    Scanner list(qop.value_or(""));
    while (!list.done()) {
        if (base::equal_nocase(list.take_while(chars::token), wanted)) return true;
        list.take_until(chars::token);
    }
    return false;
}

void Challenge::print(base::Printer& out) const {
    AuthWriter writer(out, scheme);
    if (!is_digest()) {
        writer.verbatim(other);
        return;
    }
    writer.quoted("realm", realm)
        .quoted("nonce", nonce)
        .quoted("opaque", opaque)
        .token("stale", stale ? AuthValue("true") : AuthValue())
        .token("algorithm", algorithm)
        .quoted("qop", qop)
        .token("userhash", userhash ? AuthValue("true") : AuthValue());
}

Result<WwwAuthenticate> WwwAuthenticate::parse(Scanner& in) {
    return parse_challenge(in).map([](const Challenge& challenge) { return WwwAuthenticate{challenge}; });
}

Result<ProxyAuthenticate> ProxyAuthenticate::parse(Scanner& in) {
    return parse_challenge(in).map([](const Challenge& challenge) { return ProxyAuthenticate{challenge}; });
}

}  // namespace almon::sip
