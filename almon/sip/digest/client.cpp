#include "almon/sip/digest/client.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "almon/base/assert.hpp"
#include "almon/sip/headers/credentials.hpp"

namespace almon::sip::digest {
namespace {

constexpr std::size_t cnonce_characters = 22;  // 128 bits

std::optional<Recipe> recipe_of(const Challenge& challenge) {
    return recipe_named(challenge.algorithm.value_or("MD5"));
}

// auth before auth-int: bodies are changed on the way. No qop at all: RFC 2069.
std::optional<Qop> qop_of(const Challenge& challenge) {
    if (!challenge.qop) return Qop::none;
    for (const auto qop : {Qop::auth, Qop::auth_int})
        if (challenge.offers_qop(name_of(qop))) return qop;
    return {};
}

// RFC 3261 §22.4 item 8: the session variants need a cnonce, and that needs qop.
bool is_answerable(const Challenge& challenge, const Secret& secret) {
    const auto recipe = recipe_of(challenge);
    const auto qop = qop_of(challenge);
    return recipe && qop && secret.ha1(recipe->algorithm) && !(recipe->session && *qop == Qop::none);
}

class CountDigits {
 public:
    explicit CountDigits(std::uint32_t count) {
        std::array<unsigned char, 4> octets;
        for (auto octet = octets.rbegin(); octet != octets.rend(); ++octet, count >>= 8)
            *octet = static_cast<unsigned char>(count);
        digits_ = base::to_hex(octets);
    }
    std::string_view text() const { return {digits_.data(), digits_.size()}; }

 private:
    std::array<char, 8> digits_;
};

}  // namespace

Client::Client(Login login, Choice choice) : login_(std::move(login)), choice_(choice) {}

bool Client::is_ours(const Challenge& challenge) const {
    return challenge.is_digest() && unescape_quoted(challenge.realm) == login_.realm;
}

const Challenge* Client::choose(std::span<const Challenge> challenges) const {
    const Challenge* chosen = nullptr;
    for (const auto& challenge : challenges) {
        if (!is_ours(challenge) || !is_answerable(challenge, login_.secret)) continue;
        if (chosen == nullptr || recipe_of(challenge)->algorithm > recipe_of(*chosen)->algorithm)
            chosen = &challenge;
        if (choice_ == Choice::topmost) break;
    }
    return chosen;
}

Advice Client::hear(std::span<const Challenge> challenges, Tries& tries, base::Random& random) {
    const auto* const challenge = choose(challenges);
    if (challenge == nullptr) {
        const bool ours =
            std::ranges::any_of(challenges, [this](const auto& heard) { return is_ours(heard); });
        return ours ? Advice::unsupported : Advice::foreign_realm;
    }
    if (tries.answered > 0 && !challenge->stale) return Advice::rejected;
    if (tries.answered == Tries::limit) return Advice::exhausted;
    ++tries.answered;
    open(*challenge, random);
    return Advice::retry;
}

void Client::open(const Challenge& challenge, base::Random& random) {
    // The same nonce again goes on counting where it was.
    const auto requests = session_ && session_->nonce == challenge.nonce ? session_->requests : 0;
    session_ = Session{.recipe = *recipe_of(challenge),
                       .qop = *qop_of(challenge),
                       .nonce = std::string(challenge.nonce),
                       .opaque = std::optional<std::string>(challenge.opaque),
                       .algorithm = std::optional<std::string>(challenge.algorithm),
                       .userhash = challenge.userhash,
                       .cnonce = random.token(cnonce_characters),
                       .requests = requests};
}

// RFC 7616 §3.4.4: the hash in place of the name; the response is computed from the name all the same.
std::string Client::quoted_username() const {
    if (!session_->userhash) return escape_quoted(login_.username);
    const auto userhash = hash(session_->recipe.algorithm, {login_.username, ":", login_.realm});
    return std::string(userhash.text());
}

void Client::print(const Subject& request, base::Printer& out) {
    ALMON_ASSERT(session_.has_value());
    auto& session = *session_;
    const CountDigits nc(++session.requests);
    const Exchange exchange{session.nonce, nc.text(), session.cnonce, session.qop};
    const auto proof =
        response(session.recipe, *login_.secret.ha1(session.recipe.algorithm), exchange, request);
    const auto username = quoted_username();
    const auto realm = escape_quoted(login_.realm);
    Credentials credentials{.scheme = "Digest",
                            .username = username,
                            .realm = realm,
                            .nonce = session.nonce,
                            .uri = request.uri,
                            .response = proof.text(),
                            .algorithm = session.algorithm,
                            .opaque = session.opaque,
                            .userhash = session.userhash};
    if (session.qop != Qop::none) {
        credentials.qop = name_of(session.qop);
        credentials.cnonce = session.cnonce;
        credentials.nc = nc.text();
    }
    credentials.print(out);
}

}  // namespace almon::sip::digest
