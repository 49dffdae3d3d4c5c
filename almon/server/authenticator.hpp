// Who sent a request: digest authentication of one shard's requests against the subscribers (RFC 3261 §22,
// RFC 7616). Which algorithms are asked for is the server's choice, never an account's, and an unknown user
// is treated as one with a wrong password: so nobody learns which accounts exist.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "almon/base/log.hpp"
#include "almon/base/random.hpp"
#include "almon/server/settings.hpp"
#include "almon/server/subscribers.hpp"
#include "almon/sip/digest/server.hpp"
#include "almon/stack/shard.hpp"

namespace almon::server {

enum class Role : std::uint8_t {
    registrar,  // 401, WWW-Authenticate, Authorization (§22.2); To names the user
    proxy,      // 407, Proxy-Authenticate, Proxy-Authorization (§22.3); From names the user
};

struct Verdict {
    enum class Kind : std::uint8_t {
        allowed,     // by digest: `identity` says who
        trusted,     // by the network it came from; no digest was asked for
        challenged,  // to be answered with `status` and `fields`
        refused,     // the credentials cannot be read: likewise
    } kind;
    std::string_view identity = {};  // "alice@example.com", as in Subscriber; holds until the turn ends
    sip::Status status = sip::status::ok;
    std::string_view fields = {};  // whole lines; hold until the next check()

    bool passed() const { return kind == Kind::allowed || kind == Kind::trusted; }
};

class Authenticator {
 public:
    // All references must outlive it. `nonces`: of this shard.
    Authenticator(const Subscribers& subscribers, sip::digest::NonceLedger& nonces, base::Random& random,
                  const std::vector<stack::Listener>& listeners, SettingsSnapshot settings,
                  base::Log log = {});

    // Never for ACK and CANCEL (§22.1). Credentials that pass cannot be used again: ask once a request.
    Verdict check(const stack::Arrival& arrival, Role role, const base::Moment& moment);
    bool is_trusted(const sip::Flow& flow) const;
    // What was challenged before stays valid.
    void apply(SettingsSnapshot settings);

 private:
    // Users of one domain and what they are asked for: Settings::realm or else the domain. It is the realm
    // that the secrets of its accounts must be made for.
    struct Realm {
        std::string domain;  // lower case
        sip::digest::Server server;
    };
    // That of the URI's domain when it is one of ours, else our first.
    std::size_t realm_of(const sip::Uri& party) const;
    struct Question;
    template <class Field>
    Verdict check_credentials(const Question& question);
    Verdict judge(const Question& question, const sip::Credentials& credentials);
    Verdict challenge(const Question& question, sip::digest::Stale stale);
    Verdict refuse(const Question& question, const sip::Error& error);
    void tell_of_wrong(const Question& question, const sip::Credentials& credentials) const;
    const Subscriber* find(const sip::Credentials& credentials, std::string_view domain) const;

    const Subscribers& subscribers_;
    sip::digest::NonceLedger& nonces_;
    base::Random& random_;
    const std::vector<stack::Listener>& listeners_;
    SettingsSnapshot settings_;
    base::Log log_;
    std::vector<Realm> realms_;  // never empty
    std::array<char, 4'096> fields_;
};

}  // namespace almon::server
