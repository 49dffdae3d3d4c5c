#include "almon/app/explanation.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <utility>

#include "almon/host/listen.hpp"
#include "almon/server/destination.hpp"
#include "almon/server/targets.hpp"
#include "almon/sip/grammar.hpp"

namespace almon::app {
namespace {

namespace json = boost::json;
using server::Access;
using server::Caller;
using server::ServerRole;

// --- What a server knows that has this configuration.

base::Outcome<std::vector<stack::Listener>> listeners_of(const host::Config& config) {
    std::vector<stack::Listener> listeners;
    for (const auto& listen : config.listen) {
        const auto endpoints = host::endpoints_of(listen);
        if (!endpoints) return tl::unexpected(endpoints.error());
        for (const auto& endpoint : *endpoints)
            listeners.push_back({listen.transport, endpoint, base::printed(endpoint)});
    }
    return listeners;
}

server::SettingsSnapshot policy_of(const host::Config& config, std::span<const stack::Listener> listeners) {
    auto policy = std::make_shared<server::Settings>(config.policy);
    if (policy->domains.empty()) policy->domains = host::domains_of(listeners);
    return policy;
}

// --- What it would do, step by step.

std::string reached_at(const sip::Flow& flow) {
    return std::string(sip::via_name(flow.transport)) + " " + base::printed(flow.peer);
}

class Explainer {
 public:
    Explainer(const host::Config& config, std::vector<stack::Listener> listeners)
        : config_(config),
          listeners_(std::move(listeners)),
          policy_(policy_of(config, listeners_)),
          domains_(policy_, listeners_) {}

    Explanation explain(const RequestAsked& request, const sip::Uri& from, const sip::Uri& to) {
        said_.request = request;
        said_.domain = to.host().text;
        said_.from_is_ours = claims_own(from, domains_);
        method_ = sip::Method(request.method);
        route_.target = to;
        find_concern();
        if (said_.concern == Concern::user) find_rule();
        if (said_.concern == Concern::user || said_.concern == Concern::elsewhere) find_places();
        find_access();
        return std::move(said_);
    }

 private:
    void find_concern() {
        if (is_for_server(method_, route_, domains_))
            said_.concern = method_ == sip::method::register_ ? Concern::registrar : Concern::server;
        else if (obeys_rules(route_, domains_))
            said_.concern = Concern::user;
    }

    void find_rule() {
        for (std::size_t i = 0; i < policy_->routes.size(); ++i) {
            const auto misfit = server::misfit(policy_->routes[i], route_.target, method_);
            said_.rules.push_back({config_.route_lines[i], misfit});
            if (misfit) continue;
            said_.rule = policy_->routes[i];
            return;
        }
    }

    void find_places() {
        if (said_.concern == Concern::elsewhere) return add_place(route_.target);
        if (said_.rule.role == ServerRole::reject) return;
        if (said_.rule.to.empty()) return add_place(route_.target);
        for (const auto& to : said_.rule.to) {
            const auto text = filled_in(said_.rule, to, route_.target);
            if (const auto uri = server::sip_uri_in(text))
                add_place(*uri);
            else
                said_.places.push_back({.uri = text, .reached_at = {}, .trouble{uri.error().warning}});
        }
    }

    void add_place(const sip::Uri& uri) {
        PlaceStep step{.uri = server::as_request_uri(uri), .reached_at = {}, .trouble = {}};
        const bool is_told = said_.rule.role == ServerRole::redirect && !said_.rule.to.empty();
        if (domains_.own(uri) && !is_told) {
            step.uri = server::Domains::address_of_record(uri);
            step.is_user = true;
            said_.needs.push_back("a phone that is registered as " + step.uri);
        } else if (const auto place = server::named_place(said_.rule.role, uri); !place) {
            step.trouble = place.error().warning;
            said_.needs.push_back("a numeric host instead of " + std::string(uri.host().text));
        } else if (!is_told) {
            step.reached_at = reached_at(place->flow);
        }
        said_.places.push_back(std::move(step));
    }

    void find_access() {
        const bool has_rule = !said_.rules.empty() && !said_.rules.back().misfit;
        const auto destination = destination_of(route_, domains_, has_rule ? &said_.rule : nullptr);
        const auto may = [&](Caller caller) {
            return decide(caller, destination, method_, policy_->inbound);
        };
        said_.trusted = may(Caller::trusted);
        said_.authenticated = may(Caller::authenticated);
        said_.unknown = may(said_.from_is_ours ? Caller::claims_own : Caller::stranger);
        if (said_.concern == Concern::server) said_.unknown = Access::allow;
        if (said_.concern == Concern::registrar) said_.unknown = Access::challenge;
    }

    const host::Config& config_;
    const std::vector<stack::Listener> listeners_;
    const server::SettingsSnapshot policy_;
    const server::Domains domains_;
    server::RouteInformation route_;
    sip::Method method_{};
    Explanation said_;
};

// "alice@example.com" is "sip:alice@example.com".
std::string with_scheme(const std::string& uri) {
    const auto lower = [&](std::string_view scheme) {
        return base::equal_nocase(std::string_view(uri).substr(0, scheme.size()), scheme);
    };
    return lower("sip:") || lower("sips:") ? uri : "sip:" + uri;
}

// --- For people.

std::string line(std::string_view name, const std::string& text) {
    std::string shown(name);
    shown.resize(10, ' ');
    return shown + text + "\n";
}

const char* text_of(Access access) {
    switch (access) {
        case Access::allow: return "yes";
        case Access::challenge: return "is asked for a password";
        case Access::forbid: return "no (403)";
        case Access::ignore: return "is not answered";
    }
    return "";
}

const char* text_of(server::Misfit misfit) {
    switch (misfit) {
        case server::Misfit::domain: return "it is for another domain";
        case server::Misfit::user: return "it is for other users";
        case server::Misfit::method: return "it is for other methods";
    }
    return "";
}

std::string text_of(const Explanation& said) {
    switch (said.concern) {
        case Concern::registrar: return said.domain + " is ours, and a REGISTER is for the registrar";
        case Concern::server: return "the server itself, as no user is named";
        case Concern::user: return said.domain + " is ours";
        case Concern::elsewhere: return said.domain + " is not ours: passed on, and no rule is asked";
    }
    return "";
}

std::string text_of(const server::RouteRule& rule) {
    switch (rule.role) {
        case ServerRole::proxy: return "proxy: calls the places, and lets the best answer win";
        case ServerRole::stateless:
            return "stateless: passes it on to the first place, and remembers nothing";
        case ServerRole::redirect:
            return "redirect: tells the caller the places (" + std::to_string(rule.status) + ")";
        case ServerRole::reject: return "reject: answers " + std::to_string(rule.status);
    }
    return "";
}

std::string text_of(const PlaceStep& place, const server::RouteRule& rule) {
    if (!place.trouble.empty()) return place.uri + ", not called: " + place.trouble;
    auto text = place.is_user ? "the phones of " + place.uri : place.uri;
    if (!place.reached_at.empty()) text += ", by " + place.reached_at;
    if (rule.ring.count() > 0) text += ", rings for " + std::to_string(rule.ring.count()) + " s";
    return text;
}

std::string print_rules(const Explanation& said) {
    std::string lines;
    for (const auto& [number, misfit] : said.rules)
        lines += line(lines.empty() ? "rules" : "", said.file + ":" + std::to_string(number) +
                                                        (misfit ? " does not fit: " : " fits") +
                                                        (misfit ? text_of(*misfit) : ""));
    const bool fits = !said.rules.empty() && !said.rules.back().misfit;
    if (!fits) lines += line(lines.empty() ? "rules" : "", "none fits, so the phones of the user are called");
    return lines + line("role", text_of(said.rule));
}

std::string print_access(const Explanation& said) {
    const auto whom = said.from_is_ours ? said.request.from + " without a password" : "a stranger";
    return line("who may", "a trusted address: " + std::string(text_of(said.trusted))) +
           line("", "a user of ours with a password: " + std::string(text_of(said.authenticated))) +
           line("", whom + ": " + text_of(said.unknown));
}

// --- For programs.

const char* name_of(Concern concern) {
    switch (concern) {
        case Concern::registrar: return "registrar";
        case Concern::server: return "server";
        case Concern::user: return "user";
        case Concern::elsewhere: return "elsewhere";
    }
    return "";
}

const char* name_of(Access access) {
    switch (access) {
        case Access::allow: return "allow";
        case Access::challenge: return "challenge";
        case Access::forbid: return "forbid";
        case Access::ignore: return "ignore";
    }
    return "";
}

const char* name_of(server::Misfit misfit) {
    switch (misfit) {
        case server::Misfit::domain: return "domain";
        case server::Misfit::user: return "user";
        case server::Misfit::method: return "method";
    }
    return "";
}

json::object json_of(const RuleStep& step) {
    json::object shown{{"line", step.line}, {"fits", !step.misfit}};
    if (step.misfit) shown["other"] = name_of(*step.misfit);
    return shown;
}

json::object json_of(const PlaceStep& place) {
    json::object shown{{"uri", place.uri}, {"user_of_ours", place.is_user}};
    if (!place.reached_at.empty()) shown["reached_at"] = place.reached_at;
    if (!place.trouble.empty()) shown["trouble"] = place.trouble;
    return shown;
}

template <class Step>
json::array json_of(const std::vector<Step>& steps) {
    json::array shown;
    for (const auto& step : steps) shown.push_back(json_of(step));
    return shown;
}

}  // namespace

base::Outcome<Explanation> explain(const RequestAsked& request, const host::Config& config,
                                   const std::string& file) {
    const RequestAsked asked{request.method, with_scheme(request.from), with_scheme(request.to)};
    if (!sip::is_token(asked.method)) return base::trouble("`" + asked.method + "` is no method");
    const auto from = sip::Uri::parse(asked.from), to = sip::Uri::parse(asked.to);
    for (const auto& [uri, text] : {std::pair{&from, &asked.from}, {&to, &asked.to}})
        if (!*uri || (*uri)->has_headers())
            return base::trouble("`" + *text + "` is no SIP URI; write one such as alice@example.com");
    auto listeners = listeners_of(config);
    if (!listeners) return tl::unexpected(listeners.error());
    auto explanation = Explainer(config, std::move(*listeners)).explain(asked, *from, *to);
    explanation.file = file;
    return explanation;
}

std::string print_text(const Explanation& said) {
    const auto& [method, from, to] = said.request;
    auto text = method + " from " + from + " to " + to + "\n" + "A dry run by " +
                (said.file.empty() ? "the defaults" : said.file) +
                " alone: no server was asked, and none was told.\n\n";
    text += line("for", text_of(said));
    if (said.concern == Concern::user) text += print_rules(said);
    for (std::size_t i = 0; i < said.places.size(); ++i)
        text +=
            line(i == 0 ? "places" : "", std::to_string(i + 1) + ". " + text_of(said.places[i], said.rule));
    text += print_access(said);
    for (std::size_t i = 0; i < said.needs.size(); ++i) text += line(i == 0 ? "needs" : "", said.needs[i]);
    return text;
}

json::object print_json(const Explanation& said) {
    json::array needs;
    for (const auto& need : said.needs) needs.push_back(json::string(need));
    json::object shown{{"dry_run", true},
                       {"file", said.file},
                       {"method", said.request.method},
                       {"from", said.request.from},
                       {"to", said.request.to},
                       {"for", name_of(said.concern)},
                       {"rules", json_of(said.rules)},
                       {"places", json_of(said.places)},
                       {"access",
                        {{"trusted", name_of(said.trusted)},
                         {"authenticated", name_of(said.authenticated)},
                         {said.from_is_ours ? "without_password" : "stranger", name_of(said.unknown)}}},
                       {"needs", needs}};
    if (said.concern == Concern::user) shown["role"] = server::name_of(said.rule.role);
    if (said.rule.status > 0) shown["status"] = said.rule.status;
    if (said.rule.ring.count() > 0) shown["ring"] = said.rule.ring.count();
    return shown;
}

}  // namespace almon::app
