#include "almon/sip/digest/server.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "almon/base/assert.hpp"
#include "almon/base/crypto/mac.hpp"
#include "almon/sip/headers/challenge.hpp"

namespace almon::sip::digest {
namespace {

constexpr Verdict unsupported(const char* rule) {
    return {Finding::unsupported, rule};
}
constexpr Verdict malformed(const char* rule) {
    return {Finding::malformed, rule};
}

// nc-value = 8LHEX; upper-case digits do no harm.
std::optional<std::uint32_t> read_count(const AuthValue& nc) {
    if (!nc || nc->size() != 8) return {};
    std::uint32_t count = 0;
    for (const char digit : *nc) {
        const auto value = base::hex_value(base::to_lower(digit));
        if (value > 15) return {};
        count = count << 4 | value;
    }
    return count;
}

std::optional<Qop> read_qop(const AuthValue& qop) {
    for (const auto known : {Qop::auth, Qop::auth_int})
        if (qop && base::equal_nocase(*qop, name_of(known))) return known;
    return {};
}

// RFC 3261 §22.4 items 1 and 3: the digest-uri is a Request-URI.
bool is_request_uri(std::string_view uri) {
    Scanner in(uri);
    return in.take_nocase("sip:") || in.take_nocase("sips:") || in.take_nocase("tel:");
}

std::size_t digits_of(Algorithm algorithm) {
    return algorithm == Algorithm::md5 ? 32 : 64;
}

}  // namespace

// Credentials in a form to reckon with.
struct Server::Claim {
    Algorithm algorithm = Algorithm::md5;
    Qop qop = Qop::auth;
    std::uint32_t nc = 0;
};

Server::Server(std::string realm, std::vector<Algorithm> offered, NonceLedger& nonces, base::Random& random)
    : realm_(std::move(realm)),
      quoted_realm_(escape_quoted(realm_)),
      offered_(std::move(offered)),
      nonces_(nonces),
      random_(random),
      nobody_("", realm_, random.token(32)) {
    ALMON_ASSERT(!offered_.empty());
}

bool Server::is_addressed(const Credentials& credentials) const {
    return credentials.is_digest() &&
           (credentials.realm == quoted_realm_ || unescape_quoted(credentials.realm) == realm_);
}

bool Server::offers(Recipe recipe) const {
    return !recipe.session && std::ranges::find(offered_, recipe.algorithm) != offered_.end();
}

Verdict Server::verify(const Credentials& credentials, const Subject& request, const Secret* secret,
                       base::Instant now) {
    Claim claim;
    if (const auto verdict = read(credentials, request, claim); verdict.finding != Finding::ok)
        return verdict;
    const auto [standing, nonce] = nonces_.judge(credentials.nonce, claim.nc, now);
    if (standing != Standing::fresh) return {Finding::stale};
    const bool known = secret != nullptr && secret->ha1(claim.algorithm).has_value();
    const bool right = answers(credentials, request, claim, known ? *secret : nobody_);
    if (!known || !right) return {Finding::wrong};
    nonces_.enter(nonce, claim.nc);
    return {Finding::ok};
}

Verdict Server::read(const Credentials& credentials, const Subject& request, Claim& claim) const {
    if (!is_addressed(credentials)) return unsupported("RFC 3261 §22.1: not Digest, or another realm");
    const auto recipe = recipe_named(credentials.algorithm.value_or("MD5"));
    if (!recipe || !offers(*recipe)) return unsupported("RFC 8760 §2.4: an algorithm that was not offered");
    if (credentials.userhash) return unsupported("RFC 7616 §3.4.4: userhash was not offered");
    const auto qop = read_qop(credentials.qop);
    if (!qop) return unsupported("RFC 8760 §2.6: qop is required");
    const auto count = read_count(credentials.nc);
    if (!count) return malformed("RFC 7616 §3.4: nc is eight hexadecimal digits");
    if (credentials.cnonce.value_or("").empty())
        return malformed("RFC 7616 §3.4: cnonce is required with qop");
    if (credentials.response.size() != digits_of(recipe->algorithm))
        return malformed("RFC 8760 §2.2: the response is as long as its hash");
    if (credentials.uri != request.uri && !is_request_uri(credentials.uri))
        return malformed("RFC 3261 §22.4: the digest-uri is a Request-URI");
    claim = {recipe->algorithm, *qop, *count};
    return {Finding::ok};
}

bool Server::answers(const Credentials& credentials, const Subject& request, const Claim& claim,
                     const Secret& secret) const {
    const Exchange exchange{credentials.nonce, *credentials.nc, *credentials.cnonce, claim.qop};
    const Subject subject{request.method, credentials.uri, request.body};
    const auto expected = response({claim.algorithm}, *secret.ha1(claim.algorithm), exchange, subject);
    return base::equal_constant_time(expected.text(), credentials.response);
}

void Server::challenge(HeaderName field, Stale stale, base::Instant now, base::Printer& out) {
    std::array<char, Nonce::digits> digits;
    base::Printer nonce(digits);
    nonces_.issue(now, random_, nonce);
    for (const auto algorithm : offered_) {
        const Challenge challenge{.scheme = "Digest",
                                  .realm = quoted_realm_,
                                  .nonce = nonce.view(),
                                  .algorithm = name_of(algorithm),
                                  .qop = name_of(Qop::auth),
                                  .stale = stale == Stale::yes};
        out.put(field.text()).put(": ");
        challenge.print(out);
        out.put("\r\n");
    }
}

std::string user_of(const Credentials& credentials) {
    return unescape_quoted(credentials.username);
}

}  // namespace almon::sip::digest
