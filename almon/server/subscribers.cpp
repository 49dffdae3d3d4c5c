#include "almon/server/subscribers.hpp"

#include "almon/base/charset.hpp"

namespace almon::server {

std::string identity_of(std::string_view user, std::string_view domain) {
    std::string identity;
    identity.reserve(user.size() + 1 + domain.size());
    identity.append(user).push_back('@');
    for (const char c : domain) identity.push_back(base::to_lower(c));
    return identity;
}

void Subscribers::set(std::string_view user, std::string_view domain, const sip::digest::Secret& secret) {
    auto account = std::make_unique<Subscriber>(Subscriber{identity_of(user, domain), secret});
    const auto hashed = hash(account->identity);
    accounts_.publish(hashed, std::move(account));
}

bool Subscribers::remove(std::string_view user, std::string_view domain) {
    const auto identity = identity_of(user, domain);
    return accounts_.remove(hash(identity), identity);
}

}  // namespace almon::server
