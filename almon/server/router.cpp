#include "almon/server/router.hpp"

#include <string>

#include "almon/server/capabilities.hpp"
#include "almon/server/destination.hpp"
#include "almon/sip/headers/credentials.hpp"
#include "almon/sip/headers/proxy_require.hpp"
#include "almon/sip/headers/require.hpp"

namespace almon::server {
namespace {

namespace method = sip::method;
namespace status = sip::status;

// The tags of a Require or Proxy-Require; path is all that we know (RFC 3327), and it asks nothing of a
// proxy.
std::string unsupported_tags(const sip::Message& request, sip::HeaderName required) {
    std::string tags;
    for (const auto& field : request.fields_of(required))
        tags.append(tags.empty() ? "" : ", ").append(request.value(field));
    return tags;
}

}  // namespace

Router::Router(stack::Stack& stack, const Domains& domains, const RouteSigner& signer,
               const base::HashKey& route_key, Authenticator& authenticator, Registrar& registrar,
               Proxy& proxy, Redirect& redirect, SettingsSnapshot settings)
    : stack_(stack),
      domains_(domains),
      signer_(signer),
      route_key_(route_key),
      authenticator_(authenticator),
      registrar_(registrar),
      proxy_(proxy),
      redirect_(redirect),
      settings_(std::move(settings)) {}

void Router::request(const stack::Arrival& arrival) {
    const auto route = read_route(arrival.message, arrival.envelope, domains_, signer_);
    if (!route) return refuse(arrival, status::bad_request, route.error().rule);
    const auto asked = arrival.message.method();
    if (asked == method::ack || asked == method::cancel) return relay(arrival, *route);
    if (!route->target.is_sip()) return refuse(arrival, status::unsupported_uri_scheme);
    // RFC 3261 §19.1.1, RFC 4475 §3.1.2.11: headers may not stand there, and never become header fields.
    if (route->target.has_headers())
        return refuse(arrival, status::bad_request, "headers in the Request-URI");
    if (is_for_server(asked, *route, domains_))
        return asked == method::register_ ? registrar_.request(arrival) : serve(arrival);
    proxy(arrival, *route);
}

void Router::serve(const stack::Arrival& arrival) {
    if (arrival.message.method() != method::options)
        return refuse_with(arrival, status::method_not_allowed, own_methods_field);
    if (refuse_unsupported(arrival, sip::Require::name)) return;
    stack_.reply(arrival, {.status = status::ok, .fields = capability_fields});
}

// §16.3, then §16.5 and on.
void Router::proxy(const stack::Arrival& arrival, const RouteInformation& route) {
    if (arrival.envelope.max_forwards == 0) return refuse(arrival, status::too_many_hops);
    const LoopMark mark(route_key_, arrival.message, arrival.envelope);
    if (mark.is_in_via_of(arrival.message)) return refuse(arrival, status::loop_detected);
    if (refuse_unsupported(arrival, sip::ProxyRequire::name)) return;
    const auto* rule = rule_for(arrival, route);
    const auto caller = admit(arrival, route, destination_of(route, domains_, rule));
    if (!caller) return;
    if (const auto nowhere = play(arrival, route, mark, rule))
        refuse(arrival, nowhere->status, nowhere->warning, *caller);
}

const RouteRule* Router::rule_for(const stack::Arrival& arrival, const RouteInformation& route) const {
    if (settings_->routes.empty() || !obeys_rules(route, domains_)) return nullptr;
    return find_rule(settings_->routes, route.target, arrival.message.method());
}

std::optional<NoTarget> Router::play(const stack::Arrival& arrival, const RouteInformation& route,
                                     const LoopMark& mark, const RouteRule* rule) {
    switch (rule != nullptr ? rule->role : ServerRole::proxy) {
        case ServerRole::proxy: return proxy_.request(arrival, route, mark, rule);
        case ServerRole::redirect: return redirect_.answer(arrival, route, *rule);
        case ServerRole::reject: return NoTarget{sip::Status(rule->status), ""};
        case ServerRole::stateless:
            if (proxy_.relay(arrival, route, rule)) return {};
            return NoTarget{status::temporarily_unavailable, ""};
    }
    return {};
}

// ACKs to 2xx, and CANCELs that match nothing here (§16.10). They cannot be challenged: those whom we do not
// know get 481, or for an ACK nothing.
void Router::relay(const stack::Arrival& arrival, const RouteInformation& route) {
    // What was forwarded without state leaves nothing here that its CANCEL or ACK could match.
    const auto* rule = rule_for(arrival, route);
    if (rule != nullptr && rule->role == ServerRole::stateless) {
        if (arrival.envelope.max_forwards > 0) proxy_.relay(arrival, route, rule);
        return;
    }
    const auto caller = known_caller(arrival, route).value_or(Caller::stranger);
    const auto access = decide(caller, destination_of(route, domains_, nullptr), arrival.message.method(),
                               settings_->inbound);
    const bool relayed =
        access == Access::allow && arrival.envelope.max_forwards > 0 && proxy_.relay(arrival, route);
    if (!relayed && arrival.message.method() == method::cancel) refuse(arrival, status::call_does_not_exist);
}

bool Router::refuse_unsupported(const stack::Arrival& arrival, sip::HeaderName required) {
    if (!arrival.message.has(required)) return false;
    const auto fields = "Unsupported: " + unsupported_tags(arrival.message, required) + "\r\n";
    refuse_with(arrival, status::bad_extension, fields);
    return true;
}

// --- §16.3 step 6: who is it, and may they?

std::optional<Caller> Router::known_caller(const stack::Arrival& arrival,
                                           const RouteInformation& route) const {
    if (route.is_signed) return Caller::in_dialog;
    if (authenticator_.is_trusted(arrival.flow)) return Caller::trusted;
    return {};
}

// Nullopt: the request has had its answer.
std::optional<Caller> Router::admit(const stack::Arrival& arrival, const RouteInformation& route,
                                    Destination destination) {
    auto caller = known_caller(arrival, route);
    std::optional<Verdict> verdict;
    if (!caller && arrival.message.has(sip::ProxyAuthorization::name)) {
        verdict = authenticator_.check(arrival, Role::proxy, stack_.moment());
        if (verdict->passed() && !may_call_as(arrival.message, verdict->identity))
            return forbid(arrival, Caller::authenticated, "From is another than the authenticated user"),
                   std::nullopt;
        if (verdict->passed()) caller = Caller::authenticated;
    }
    if (!caller) caller = unknown_caller(arrival.message);
    switch (decide(*caller, destination, arrival.message.method(), settings_->inbound)) {
        case Access::allow: return caller;
        case Access::challenge:
            challenge(arrival,
                      verdict ? *verdict : authenticator_.check(arrival, Role::proxy, stack_.moment()));
            return {};
        case Access::forbid: return forbid(arrival, *caller, "no relaying"), std::nullopt;
        case Access::ignore: return {};
    }
    return {};
}

Caller Router::unknown_caller(const sip::Message& request) const {
    const auto from = request.get<sip::From>();
    return from && claims_own(from->address.uri, domains_) ? Caller::claims_own : Caller::stranger;
}

// CVE-2025-47779: nobody speaks for another user of ours. For a From of elsewhere we cannot vouch, nor forbid
// it: whoever passes several proxies has an account with each and one From (RFC 3665 §3.3).
bool Router::may_call_as(const sip::Message& request, std::string_view identity) const {
    const auto from = request.get<sip::From>();
    if (!from) return false;
    const auto& uri = from->address.uri;
    return !uri.is_sip() || !domains_.own_host(uri.host()) || domains_.names(uri, identity);
}

void Router::challenge(const stack::Arrival& arrival, const Verdict& verdict) {
    ++counters_.challenged;
    stack_.reply(arrival, {.status = verdict.status, .fields = verdict.fields});
}

void Router::forbid(const stack::Arrival& arrival, Caller caller, std::string_view why) {
    ++counters_.forbidden;
    refuse(arrival, status::forbidden, why, caller);
}

void Router::refuse(const stack::Arrival& arrival, sip::Status answer, std::string_view warning,
                    Caller caller) {
    if (warning.empty()) return refuse_with(arrival, answer, {}, caller);
    const auto* listener = stack_.listener_for(arrival.flow);
    char buffer[512];
    base::Printer fields{buffer};
    fields.put("Warning: 399 ").put(listener ? listener->sent_by : settings_->product);
    fields.put(" \"").put(warning).put("\"\r\n");
    refuse_with(arrival, answer, fields.overflowed() ? std::string_view{} : fields.view(), caller);
}

// The answer to a stranger is forgotten at once, unless a repeat of the request would be judged otherwise and
// must meet the transaction: credentials are good for one request, and a user who was nowhere may have
// registered meanwhile, so that his phone would ring for a caller who has his 480.
void Router::refuse_with(const stack::Arrival& arrival, sip::Status answer, std::string_view fields,
                         Caller caller) {
    ++counters_.refused;
    if (stack_.log().wants(base::Level::info))
        stack_.log().write(base::Level::info, "request refused",
                           {{"call", base::Private{arrival.envelope.call_id.value()}},
                            {"method", arrival.message.method().value()},
                            {"reason", answer.reason()}});
    const sip::Reply reply{.status = answer, .fields = fields};
    const bool may_change = caller == Caller::authenticated || answer == sip::status::temporarily_unavailable;
    if (may_change) return stack_.answer(arrival, reply);
    stack_.reply(arrival, reply);
}

}  // namespace almon::server
