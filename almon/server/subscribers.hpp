// Who may authenticate: the accounts of our users with the secrets that digest needs, never their passwords
// (RFC 7616 §3.4.2, §5.3). Shared by all shards; changed at run time by one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "almon/base/crypto/siphash.hpp"
#include "almon/base/published_map.hpp"
#include "almon/sip/digest/secret.hpp"

namespace almon::server {

struct Subscriber {
    std::string identity;  // "alice@example.com": the user, unescaped, and the domain in lower case
    sip::digest::Secret secret;

    std::string_view key() const { return identity; }
    std::string_view user() const { return key().substr(0, identity.rfind('@')); }
    std::string_view domain() const { return key().substr(identity.rfind('@') + 1); }
};

class Subscribers {
 public:
    // `key`: secret of this process.
    Subscribers(base::Epochs& epochs, const base::HashKey& key) : key_(key), accounts_(epochs) {}

    // Any shard, within its turn; what was found holds until the turn ends.
    const Subscriber* find(std::string_view identity) const {
        return accounts_.find(hash(identity), identity);
    }
    std::size_t size() const { return accounts_.size(); }

    // The one writer. set() adds or replaces; remove() is false when there was none.
    void set(std::string_view user, std::string_view domain, const sip::digest::Secret& secret);
    bool remove(std::string_view user, std::string_view domain);

 private:
    std::uint64_t hash(std::string_view identity) const { return base::siphash64(key_, {identity}); }

    base::HashKey key_;
    base::PublishedMap<Subscriber> accounts_;
};

// The name of an account: user "@" domain in lower case.
std::string identity_of(std::string_view user, std::string_view domain);

}  // namespace almon::server
