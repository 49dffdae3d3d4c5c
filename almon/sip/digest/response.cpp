#include "almon/sip/digest/response.hpp"

namespace almon::sip::digest {
namespace {

// §3.4.2: a session's A1 takes in the nonces.
HexDigest session_ha1(Algorithm algorithm, std::string_view ha1, const Exchange& exchange) {
    return hash(algorithm, {ha1, ":", exchange.nonce, ":", exchange.cnonce});
}

// §3.4.3; RFC 3261 §22.4 item 7: without a body, the hash of nothing.
HexDigest ha2(Algorithm algorithm, Qop qop, const Subject& subject) {
    if (qop != Qop::auth_int) return hash(algorithm, {subject.method, ":", subject.uri});
    const auto body = hash(algorithm, {subject.body});
    return hash(algorithm, {subject.method, ":", subject.uri, ":", body.text()});
}

HexDigest answer(Algorithm algorithm, std::string_view ha1, const Exchange& exchange, std::string_view ha2) {
    if (exchange.qop == Qop::none) return hash(algorithm, {ha1, ":", exchange.nonce, ":", ha2});
    return hash(algorithm, {ha1, ":", exchange.nonce, ":", exchange.nc, ":", exchange.cnonce, ":",
                            name_of(exchange.qop), ":", ha2});
}

}  // namespace

std::string_view name_of(Qop qop) {
    switch (qop) {
        case Qop::none: return "";
        case Qop::auth: return "auth";
        case Qop::auth_int: return "auth-int";
    }
    return "";
}

HexDigest response(Recipe recipe, std::string_view ha1, const Exchange& exchange, const Subject& subject) {
    const auto last = ha2(recipe.algorithm, exchange.qop, subject);
    if (!recipe.session) return answer(recipe.algorithm, ha1, exchange, last.text());
    const auto session = session_ha1(recipe.algorithm, ha1, exchange);
    return answer(recipe.algorithm, session.text(), exchange, last.text());
}

}  // namespace almon::sip::digest
