// What an operator decides about a server, as an immutable snapshot: each shard gets it as an input, and what
// runs keeps the one that it started with.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "almon/base/address.hpp"
#include "almon/base/limits.hpp"
#include "almon/server/route_table.hpp"
#include "almon/sip/digest/algorithm.hpp"

namespace almon::server {

enum class Inbound : unsigned char {
    authenticated,  // strangers may not call our users
    local_users,    // they may, but nobody else through us
};

// Whether the proxy itself follows a 3xx (RFC 3261 §16.7 step 4), and where to.
enum class Recursion : unsigned char {
    never,  // the caller gets it
    own,    // to users of our domains
    any,
};

struct Settings {
    std::vector<std::string>
        domains;  // lower case; the hosts that we are responsible for, beside own addresses
    std::string realm;
    std::vector<sip::digest::Algorithm> digest{
        sip::digest::Algorithm::md5};    // in the order of the challenges
    std::vector<base::Network> trusted;  // register and call without digest
    Inbound inbound = Inbound::authenticated;

    std::chrono::seconds min_expires = base::limits::min_expires;
    std::chrono::seconds default_expires = base::limits::default_expires;
    std::chrono::seconds max_expires = base::limits::max_expires;
    std::size_t bindings_per_aor = base::limits::bindings_per_aor;
    std::size_t pending_commits = base::limits::pending_commits;
    std::size_t aors = base::limits::aors;
    std::size_t nonce_windows = base::limits::nonce_windows;

    std::chrono::seconds timer_c{181};  // RFC 3261 §16.6 step 11: more than three minutes
    std::size_t max_branches = base::limits::branches_per_request;
    Recursion recursion = Recursion::never;
    std::vector<RouteRule> routes;

    std::string product = "almon";  // Server and User-Agent fields
};

using SettingsSnapshot = std::shared_ptr<const Settings>;

}  // namespace almon::server
