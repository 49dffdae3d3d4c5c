// What a store keeps. It looks into none of it: keys, records and secrets are octets to it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace almon::store {

// The key of a subscriber, as a look-up gives it. Compared octet by octet: fold case before.
struct SubscriberName {
    std::string_view user;
    std::string_view domain;
};

// Someone who may register. The secrets are digest HA1s (RFC 7616 §3.4.2) in lower-case hex, bound to the
// realm that they were made for; empty where there is none. A password is never stored.
struct Subscriber {
    std::string user;
    std::string domain;
    std::string ha1_md5;
    std::string ha1_sha256;
    std::string ha1_sha512_256;

    SubscriberName name() const { return {user, domain}; }
    friend bool operator==(const Subscriber&, const Subscriber&) = default;
};

// The new location record of one address-of-record, whole: it replaces the one before.
struct Change {
    std::string key;                    // the address-of-record
    std::optional<std::string> record;  // its bindings, as whoever writes them lays them out; none: removed
};

}  // namespace almon::store
