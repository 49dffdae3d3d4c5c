// Digest from both sides. A challenge of a stranger gets an answer that its asker can check; credentials pass
// once, and no longer when an octet that the proof covers is another; nonces are ours or nobody's.
#include <array>
#include <vector>

#include "almon/sip/digest/client.hpp"
#include "almon/sip/digest/server.hpp"
#include "almon/sip/values.hpp"
#include "fuzz/fuzzing.hpp"

using namespace almon;
using namespace almon::sip;
using namespace almon::sip::digest;
using namespace std::chrono_literals;

namespace {

constexpr Subject request{.method = "INVITE", .uri = "sip:bob@example.com", .body = "v=0"};
constexpr base::Instant now{1h};

// One realm with one user, and who judges there.
struct Realm {
    base::Random random{std::uint64_t{1}};
    base::MacKey key{};
    NonceLedger nonces{key, 0, base::Instant{}, 2};
    Server server{"example.com", {Algorithm::sha256, Algorithm::md5}, nonces, random};
    Login alice{"alice", "example.com", "secret"};

    Finding judge(const Credentials& credentials) {
        const auto* secret = user_of(credentials) == alice.username ? &alice.secret : nullptr;
        return server.verify(credentials, request, secret, now).finding;
    }
};

template <class Header>
std::optional<Header> read(std::string_view text) {
    Scanner in(text);
    const auto value = parse_value<Header>(in);
    if (!value) fuzz::check_error(value.error(), text.size());
    return value ? std::optional<Header>(*value) : std::nullopt;
}

// Challenges of our own, a line each.
std::string challenges_of(Realm& realm) {
    std::array<char, 2048> buffer;
    base::Printer out{buffer};
    realm.server.challenge(WwwAuthenticate::name, Stale::no, now, out);
    return std::string(out.view());
}

std::vector<Challenge> read_challenges(fuzz::Script lines, std::string_view prefix) {
    std::vector<Challenge> challenges;
    while (!lines.done()) {
        auto line = lines.line();
        line.remove_prefix(std::min(line.size(), prefix.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (const auto challenge = read<WwwAuthenticate>(line)) challenges.push_back(*challenge);
    }
    return challenges;
}

std::string answer(Client& client) {
    std::array<char, 1 << 16> buffer;
    base::Printer out{buffer};
    client.print(request, out);
    ALMON_ASSERT(!out.overflowed());
    return std::string(out.view());
}

// What the asker would compute is what the answer says (RFC 7616 §3.4.1).
void check_proof(const Credentials& credentials, const Login& login) {
    const auto recipe = recipe_named(credentials.algorithm.value_or("MD5"));
    ALMON_ASSERT(recipe.has_value());
    const auto qop = !credentials.qop ? Qop::none : *credentials.qop == "auth" ? Qop::auth : Qop::auth_int;
    const Exchange exchange{credentials.nonce, credentials.nc.value_or(""), credentials.cnonce.value_or(""),
                            qop};
    const auto expected = response(*recipe, *login.secret.ha1(recipe->algorithm), exchange, request);
    ALMON_ASSERT(credentials.response == expected.text());
}

// A client hears what a stranger asks.
void check_client(fuzz::Script script) {
    Realm realm;
    const auto choice = script.below(2) == 0 ? Choice::strongest : Choice::topmost;
    const auto challenges = read_challenges(script, "");
    Client client(realm.alice, choice);
    Tries tries;
    for (unsigned heard = 0; heard < 5; ++heard) {
        const auto advice = client.hear(challenges, tries, realm.random);
        ALMON_ASSERT(advice == Advice::retry || heard > 0 || !client.ready());
        ALMON_ASSERT(advice != Advice::retry || heard < Tries::limit);
        if (advice != Advice::retry) continue;
        const auto text = answer(client);
        const auto credentials = read<Authorization>(text);
        ALMON_ASSERT(credentials && base::printed(*credentials) == text);
        check_proof(*credentials, realm.alice);
    }
}

// A server judges what a stranger sends, who cannot know a nonce of this run.
void check_stranger(fuzz::Script script) {
    Realm realm;
    const auto credentials = read<Authorization>(script.rest());
    if (!credentials) return;
    const auto finding = realm.judge(*credentials);
    ALMON_ASSERT(finding != Finding::ok && finding != Finding::wrong);
    ALMON_ASSERT(realm.nonces.size() == 0);
}

bool proves_the_same(const Credentials& a, const Credentials& b) {
    const auto meaning = [](const Credentials& c) {
        return std::tuple(unescape_quoted(c.username), unescape_quoted(c.realm), c.nonce, c.uri, c.response,
                          c.cnonce, c.nc);
    };
    return meaning(a) == meaning(b);
}

// Good credentials pass once; then they are touched by the script.
void check_tampering(fuzz::Script script) {
    Realm realm;
    Client client(realm.alice);
    Tries tries;
    const auto lines = challenges_of(realm);
    const auto advice =
        client.hear(read_challenges(fuzz::Script(lines), "WWW-Authenticate: "), tries, realm.random);
    ALMON_ASSERT(advice == Advice::retry);
    const auto good = answer(client);
    auto text = good;
    for (unsigned touched = 0; touched < 8 && !script.done(); ++touched) {
        const auto at = (script.octet() << 8 | script.octet()) % text.size();
        text.replace(at, script.below(4), script.take(script.below(8)));
    }
    const auto original = read<Authorization>(good);
    const auto tampered = read<Authorization>(text);
    if (tampered && realm.judge(*tampered) == Finding::ok) {
        ALMON_ASSERT(proves_the_same(*tampered, *original));
        ALMON_ASSERT(realm.judge(*tampered) == Finding::stale);
    } else {
        ALMON_ASSERT(realm.judge(*original) == Finding::ok);
    }
    ALMON_ASSERT(realm.judge(*original) == Finding::stale && realm.nonces.size() == 1);
}

std::uint64_t number(fuzz::Script& script, unsigned octets) {
    std::uint64_t value = 0;
    while (octets-- > 0) value = value << 8 | script.octet();
    return value;
}

void check_nonce(fuzz::Script script) {
    static const base::Mac mac{base::MacKey{}}, other{base::MacKey{1}};
    const auto milliseconds = static_cast<std::int64_t>(number(script, 5));
    const Nonce nonce{.issued = base::Instant(std::chrono::milliseconds(milliseconds)),
                      .shard = static_cast<std::uint16_t>(number(script, 2)),
                      .salt = number(script, 8)};
    std::array<char, Nonce::digits> text;
    base::Printer out{text};
    nonce.print(mac, out);
    ALMON_ASSERT(Nonce::open(mac, out.view()) == nonce && !Nonce::open(other, out.view()));
    const auto changed = script.octet();
    if (changed != 0) text[script.below(Nonce::digits)] ^= static_cast<char>(changed);
    ALMON_ASSERT(Nonce::open(mac, out.view()).has_value() == (changed == 0));
    ALMON_ASSERT(!Nonce::open(mac, script.rest()));
}

void check_secret(fuzz::Script script) {
    const auto text = script.rest();
    Scanner in(text);
    const auto secret = Secret::parse(in);
    if (!secret) return fuzz::check_error(secret.error(), text.size());
    const auto printed = base::printed(*secret);
    Scanner again(printed);
    const auto same = Secret::parse(again);
    ALMON_ASSERT(same && base::printed(*same) == printed);
}

void check_texts(fuzz::Script script) {
    const auto text = script.rest();
    ALMON_ASSERT(unescape_quoted(escape_quoted(text)) == text);
    if (const auto recipe = recipe_named(text)) ALMON_ASSERT(algorithm_named(name_of(recipe->algorithm)));
}

constexpr std::array checks{check_client, check_stranger, check_tampering,
                            check_nonce,  check_secret,   check_texts};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    fuzz::Script script(fuzz::text_of(data, size));
    const auto check = script.below(checks.size());
    checks[check](script);
    return 0;
}
