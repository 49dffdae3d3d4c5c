#include "almon/server/targets.hpp"

#include <algorithm>

#include "almon/sip/headers/route.hpp"
#include "almon/sip/transport/request_route.hpp"

namespace almon::server {
namespace {

constexpr std::string_view no_names = "host names are not looked up yet, only IP addresses are reached";

void append_parameters(const sip::Uri& uri, std::initializer_list<std::string_view> unwanted,
                       std::string& text) {
    for (const auto& parameter : sip::Parameters::checked(uri.parameters())) {
        const auto is_it = [&](std::string_view name) { return base::equal_nocase(parameter.name, name); };
        if (std::ranges::any_of(unwanted, is_it)) continue;
        text.append(";").append(parameter.name);
        if (parameter.value) text.append("=").append(*parameter.value);
    }
}

// The URI of the first of some Route values.
tl::expected<sip::Uri, NoTarget> first_hop(std::string_view values) {
    sip::Scanner in(values);
    const auto hop = sip::Route::parse(in);
    if (!hop) return tl::unexpected(NoTarget{sip::status::bad_gateway, "malformed route"});
    return hop->address.uri;
}

tl::expected<sip::Flow, NoTarget> flow_to_first(std::string_view values) {
    return first_hop(values).and_then([](const sip::Uri& hop) { return flow_to(hop); });
}

// The hop after us: the first value of the Path, the first Route value that remains, or the URI itself.
tl::expected<sip::Flow, NoTarget> next_hop(const RouteInformation& route, std::string_view path,
                                           const sip::Uri& uri) {
    if (!path.empty()) return flow_to_first(path);
    return route.hops.empty() ? flow_to(uri) : flow_to_first(route.hops.front());
}

bool contains(const std::vector<Target>& targets, const Target& wanted) {
    return std::ranges::any_of(targets, [&](const Target& target) {
        return target.request_uri == wanted.request_uri && target.flow == wanted.flow;
    });
}

// §16.4: an maddr of ours, and the port and transport that go with it, are no longer needed.
std::string without_own_maddr(const RouteInformation& route) {
    const auto& uri = route.target;
    if (!uri.is_sip() || route.has_foreign_maddr || !uri.has_parameter("maddr")) return as_request_uri(uri);
    std::string text(uri.scheme_text());
    text += ':';
    if (uri.user()) text.append(*uri.user()) += '@';
    text += uri.host().text;
    append_parameters(uri, {"maddr", "transport", "method"}, text);
    return text;
}

}  // namespace

Targets::Found Targets::find(const RouteInformation& route, base::Instant now, const RouteRule* rule) const {
    if (rule != nullptr && !rule->to.empty()) return find_listed(route, now, *rule);
    if (domains_.own(route.target) && !route.has_foreign_maddr) return find_user(route, now);
    return find_place(route);
}

// §16.5: what we are not responsible for is its own only target.
Targets::Found Targets::find_place(const RouteInformation& route) const {
    std::vector<Target> targets(1);
    auto& target = targets.front();
    target.request_uri = without_own_maddr(route);
    const bool is_unchanged = target.request_uri == route.target.text();
    const auto uri = is_unchanged ? route.target : sip::Uri::parse(target.request_uri);
    if (!uri) return tl::unexpected(NoTarget{sip::status::bad_request, "malformed Request-URI"});
    auto flow = next_hop(route, {}, *uri);
    if (flow) flow->local = route.leave_from;
    const auto ahead = route.hops.empty() ? flows_.read(route.flow_ahead) : std::nullopt;
    if (!flow && !ahead) return tl::unexpected(flow.error());
    target.flow = ahead ? *ahead : *flow;
    if (flow && ahead) target.else_by = *flow;
    return targets;
}

// One after the other, in the order of the list: each place has a q of its own, which all phones of a user
// share.
Targets::Found Targets::find_listed(const RouteInformation& route, base::Instant now,
                                    const RouteRule& rule) const {
    std::vector<Target> targets;
    std::optional<NoTarget> why;
    std::uint16_t q = 1000;
    for (const auto& to : rule.to) {
        auto found = find_named(rule, filled_in(rule, to, route.target), now);
        if (!found) why = found.error();
        for (auto& target : found.value_or(std::vector<Target>{})) {
            target.q = q;
            if (!contains(targets, target)) targets.push_back(std::move(target));
        }
        q -= q > 0 ? 1 : 0;
    }
    if (targets.empty()) return tl::unexpected(*why);
    return targets;
}

bool Targets::is_open(const sip::Flow& flow) const {
    return connections_.find(flow.transport, flow.peer) == flow.connection;
}

// RFC 5626 §5.3: a binding whose connection we have is reached by it, whatever host its contact names.
std::optional<Target> Targets::target_of(const Binding& binding, const RouteInformation& route) const {
    const auto uri = sip::Uri::parse(binding.contact);
    if (!uri || !uri->is_sip()) return {};
    Target target{.request_uri = as_request_uri(*uri),
                  .path = std::string(binding.path),
                  .q = binding.q,
                  .expires = binding.expires};
    const auto hop = next_hop(route, binding.path, *uri);
    const bool is_next = binding.path.empty() && route.hops.empty();
    if (is_next && (binding.flow.connection || binding.is_behind_nat)) {
        const bool takes_calls = hop && !sip::is_websocket(hop->transport);  // on a new connection
        if (binding.flow.connection && !takes_calls && !is_open(binding.flow)) return {};
        target.flow = binding.flow;
        target.is_behind_flow = true;
        if (takes_calls && binding.flow.connection) target.else_by = *hop;
        return target;
    }
    if (!hop) return {};
    target.flow = *hop;
    // Over UDP the call comes from where the phone registered.
    if (is_next && binding.flow.transport == hop->transport) target.flow.local = binding.flow.local;
    return target;
}

Targets::Found Targets::find_named(const RouteRule& rule, const std::string& uri, base::Instant now) const {
    RouteInformation place;
    const auto parsed = sip_uri_in(uri);
    if (!parsed) return tl::unexpected(parsed.error());
    place.target = *parsed;
    if (rule.role != ServerRole::redirect && domains_.own(place.target)) return find_user(place, now);
    return named_place(rule.role, place.target).map([](Target target) {
        return std::vector{std::move(target)};
    });
}

Targets::Found Targets::find_user(const RouteInformation& route, base::Instant now) const {
    std::vector<Target> targets;
    const auto* record = look_up(route.target);
    if (record) {
        for (const auto& binding : record->bindings()) {
            if (!binding.is_current(now)) continue;
            auto target = target_of(binding, route);
            if (target && !contains(targets, *target)) insert_by_q(targets, std::move(*target));
        }
    }
    if (targets.empty()) {
        const bool exists = record || is_subscriber(route.target);
        return tl::unexpected(
            NoTarget{exists ? sip::status::temporarily_unavailable : sip::status::not_found, ""});
    }
    return targets;
}

const AorRecord* Targets::look_up(const sip::Uri& user) const {
    if (const auto* record = location_.find(Domains::address_of_record(user))) return record;
    for (const auto& form : domains_.addresses_of_record(user))
        if (const auto* record = location_.find(form)) return record;
    return nullptr;
}

bool Targets::is_subscriber(const sip::Uri& user) const {
    return std::ranges::any_of(domains_.addresses_of_record(user), [this](const std::string& form) {
        const auto uri = sip::Uri::parse(form);
        if (!uri || !uri->user()) return false;
        return subscribers_.find(identity_of(sip::unescape(*uri->user()), uri->host().text)) != nullptr;
    });
}

void insert_by_q(std::vector<Target>& targets, Target target) {
    const auto place = std::ranges::upper_bound(targets, target.q, std::greater{}, &Target::q);
    targets.insert(place, std::move(target));
}

tl::expected<sip::Flow, NoTarget> flow_to(const sip::Uri& hop) {
    const auto target = sip::numeric_target(hop);
    if (!target) {
        const bool is_name = hop.is_sip() && !hop.host().address;
        return tl::unexpected(NoTarget{sip::status::bad_gateway, is_name ? no_names : target.error().rule});
    }
    const auto& address = target->endpoint.address;
    if (address.is_broadcast() || address.is_multicast() || address.is_unspecified())
        return tl::unexpected(NoTarget{sip::status::bad_gateway, "not the address of one element"});
    return sip::Flow{.transport = target->transport, .local = {}, .peer = target->endpoint, .connection = {}};
}

tl::expected<sip::Uri, NoTarget> sip_uri_in(std::string_view filled_in) {
    const auto uri = sip::Uri::parse(filled_in);
    if (uri && uri->is_sip()) return *uri;
    return tl::unexpected(NoTarget{sip::status::bad_gateway, "no SIP URI comes of the route's target"});
}

tl::expected<Target, NoTarget> named_place(ServerRole role, const sip::Uri& uri) {
    const auto flow = flow_to(uri);
    if (!flow && role != ServerRole::redirect) return tl::unexpected(flow.error());
    return Target{.request_uri = as_request_uri(uri), .flow = flow.value_or(sip::Flow{})};
}

std::string as_request_uri(const sip::Uri& uri) {
    if (!uri.is_sip() || (!uri.has_headers() && !uri.has_parameter("method"))) return std::string(uri.text());
    const auto parameters_end = uri.text().size() - (uri.has_headers() ? uri.headers().size() + 1 : 0);
    std::string text(uri.text().substr(0, parameters_end - uri.parameters().size()));
    append_parameters(uri, {"method"}, text);
    return text;
}

}  // namespace almon::server
