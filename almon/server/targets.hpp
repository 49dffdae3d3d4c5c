// Where a request goes (RFC 3261 §16.5): to the bindings of one of our users, or to the one place that it
// names.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "almon/server/connection_table.hpp"
#include "almon/server/domains.hpp"
#include "almon/server/location.hpp"
#include "almon/server/route_information.hpp"
#include "almon/server/subscribers.hpp"
#include "almon/stack/flow_tokens.hpp"

namespace almon::server {

struct Target {
    std::string request_uri;
    std::string path;     // Route values that come before all others (RFC 3327); empty: none
    sip::Flow flow = {};  // to the first hop
    std::optional<sip::Flow> else_by = {};  // when the connection of `flow` is gone
    std::uint16_t q = 1000;
    std::optional<base::Instant> expires = {};  // of the binding that it is
    bool is_behind_flow = false;                // only `flow` itself is sure to lead to the user agent
};

// Why there is no target, as the answer that it deserves.
struct NoTarget {
    sip::Status status;
    std::string_view warning;  // for people; may be empty
};

class Targets {
 public:
    // All must outlive this.
    Targets(const Domains& domains, const Location& location, const Subscribers& subscribers,
            const ConnectionTable& connections, const stack::FlowTokens& flows)
        : domains_(domains),
          location_(location),
          subscribers_(subscribers),
          connections_(connections),
          flows_(flows) {}

    // Those with the highest q first. 404: no such user; 480: a user who is nowhere now; 502: a place that we
    // cannot send to. A rule's `to` takes the place of the bindings. Turn of a shard only (Location).
    [[nodiscard]] tl::expected<std::vector<Target>, NoTarget> find(const RouteInformation& route,
                                                                   base::Instant now,
                                                                   const RouteRule* rule = nullptr) const;

 private:
    using Found = tl::expected<std::vector<Target>, NoTarget>;
    bool is_open(const sip::Flow& flow) const;
    std::optional<Target> target_of(const Binding& binding, const RouteInformation& route) const;
    Found find_place(const RouteInformation& route) const;
    Found find_listed(const RouteInformation& route, base::Instant now, const RouteRule& rule) const;
    Found find_named(const RouteRule& rule, const std::string& uri, base::Instant now) const;
    Found find_user(const RouteInformation& route, base::Instant now) const;
    const AorRecord* look_up(const sip::Uri& user) const;
    bool is_subscriber(const sip::Uri& user) const;

    const Domains& domains_;
    const Location& location_;
    const Subscribers& subscribers_;
    const ConnectionTable& connections_;
    const stack::FlowTokens& flows_;
};

// The highest q first; equal ones in the order in which they come.
void insert_by_q(std::vector<Target>& targets, Target target);

// The flow to the hop that a URI names; no connection. Only numeric hosts are reached, and neither broadcast
// nor multicast nor unspecified addresses (RFC 4475 §3.3.10).
tl::expected<sip::Flow, NoTarget> flow_to(const sip::Uri& hop);

// What a URI of a rule's `to`, filled in, leads to when it is no user of ours; a redirect may name any SIP
// URI.
tl::expected<Target, NoTarget> named_place(ServerRole role, const sip::Uri& uri);
tl::expected<sip::Uri, NoTarget> sip_uri_in(std::string_view filled_in);

// What of a URI may stand in a Request-URI: no headers, no method parameter (RFC 3261 §19.1.5, §19.1.1).
std::string as_request_uri(const sip::Uri& uri);

}  // namespace almon::server
