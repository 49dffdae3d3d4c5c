// Which role a request for one of our domains gets, and where it goes instead of to its user: the [[route]]
// tables of the configuration, looked through from the top; the first that fits decides.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "almon/sip/method.hpp"
#include "almon/sip/uri.hpp"

namespace almon::server {

enum class ServerRole : std::uint8_t {
    proxy,      // stateful (RFC 3261 §16.2)
    stateless,  // §16.11: neither transactions nor Record-Route
    redirect,   // §8.3: the caller is told where to go
    reject,
};
const char* name_of(ServerRole role);

struct RouteRule {
    std::string domain;                // of the Request-URI, lower case; empty: any of ours
    std::string user;                  // "alice", or a beginning: "+49*"; without escapes; empty: any
    std::vector<std::string> methods;  // empty: all; ACK and CANCEL go with INVITE
    ServerRole role = ServerRole::proxy;
    // SIP URIs that are tried in this order, or that a redirect names; {user}, {rest} (what the * of `user`
    // stands for) and {domain} are filled in. Users of ours are called where they are bound. Empty: the
    // bindings of the user.
    std::vector<std::string> to;
    std::uint16_t status = 0;      // of a redirect (3xx) or a rejection (4xx to 6xx)
    std::chrono::seconds ring{0};  // how long each group of targets may ring; 0: Timer C
};

// What of a rule does not fit a request.
enum class Misfit : std::uint8_t { domain, user, method };
std::optional<Misfit> misfit(const RouteRule& rule, const sip::Uri& target, sip::Method method);

// Null: no rule fits, and the request is proxied to the bindings of its user.
const RouteRule* find_rule(std::span<const RouteRule> rules, const sip::Uri& target, sip::Method method);

// One of the rule's `to` for a request to that target.
std::string filled_in(const RouteRule& rule, std::string_view to, const sip::Uri& target);

// True when every request that would fit `later` fits `earlier` as well.
bool takes_all_of(const RouteRule& earlier, const RouteRule& later);

}  // namespace almon::server
