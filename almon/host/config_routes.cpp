#include "almon/host/config_routes.hpp"

#include <algorithm>
#include <array>

#include "almon/host/config.hpp"
#include "almon/sip/grammar.hpp"
#include "almon/sip/uri.hpp"

namespace almon::host {
namespace {

using server::RouteRule;
using server::ServerRole;

constexpr std::array<std::uint16_t, 5> redirections{300, 301, 302, 305, 380};  // RFC 3261 §21.3

base::Outcome<void> check_user_pattern(std::string_view text) {
    const auto star = text.find('*');
    if (text.empty() || (star != text.npos && star + 1 != text.size()))
        return base::trouble(
            "expected a user such as \"alice\", or a beginning with one * at its end: \"+49*\"");
    return {};
}

base::Outcome<void> check_route_method(std::string_view text) {
    const std::string method(text);
    if (!sip::is_token(text))
        return base::trouble("`" + method + "` is no method; write one such as \"INVITE\"");
    if (text == "ACK" || text == "CANCEL")
        return base::trouble("`" + method + "` goes where its INVITE went; write \"INVITE\"");
    if (text == "REGISTER") return base::trouble("`REGISTER` is for the registrar, whatever the rules say");
    return {};
}

// --- Values of a rule.

void read_route_domain(const Value& value, WrittenRule& rule) {
    const auto given = value.text();
    const auto domain = parse_domain(given);
    if (!domain) return value.refuse("a domain such as \"example.com\"");
    rule.rule.domain = *domain;
    rule.domain = value.given.place;
}

void read_route_user(const Value& value, WrittenRule& rule) {
    const auto given = value.text();
    if (const auto good = check_user_pattern(given); !good)
        return value.refuse_at(value.given.place, good.error());
    rule.rule.user = given;
}

void read_route_methods(const Value& value, WrittenRule& rule) {
    read_list(value, "methods such as \"INVITE\"", [&](const std::string& text) {
        return check_route_method(text).map([&] { rule.rule.methods.push_back(text); });
    });
    if (is_empty_list(value)) value.refuse("at least one method, or no such key for all of them");
}

void read_route_role(const Value& value, WrittenRule& rule) {
    using enum server::ServerRole;
    read_choice(value, rule.rule.role,
                {{"proxy", proxy}, {"stateless", stateless}, {"redirect", redirect}, {"reject", reject}});
}

void read_route_to(const Value& value, WrittenRule& rule) {
    read_list(value, "SIP URIs such as \"sip:{user}@192.0.2.5\"",
              [&](const std::string& text) -> base::Outcome<void> {
                  rule.rule.to.push_back(text);
                  return {};
              });
    if (is_empty_list(value)) value.refuse("at least one SIP URI, or no such key for the phones of the user");
    if (const auto* list = value.given.as<Given::List>())
        for (const auto& element : *list)
            if (element.as<std::string>()) rule.to.push_back(element.place);
}

void read_route_status(const Value& value, WrittenRule& rule) {
    rule.status = value.given.place;
    read_number(value, rule.rule.status, 300, 699);
}

void read_route_ring(const Value& value, WrittenRule& rule) {
    rule.ring = value.given.place;
    read_seconds(value, rule.rule.ring, 1, 3'600);
}

struct RouteKey {
    std::string_view name;
    void (*read)(const Value& value, WrittenRule& rule);
};

constexpr std::array route_keys{
    RouteKey{"domain", read_route_domain},   RouteKey{"user", read_route_user},
    RouteKey{"methods", read_route_methods}, RouteKey{"role", read_route_role},
    RouteKey{"to", read_route_to},           RouteKey{"status", read_route_status},
    RouteKey{"ring", read_route_ring},
};

// --- What must be true of them together.

class RouteCheck {
 public:
    RouteCheck(std::span<WrittenRule> rules, std::span<const std::string> domains,
               std::span<const Listen> listen, Complaints& complaints)
        : rules_(rules), domains_(domains), listen_(listen), complaints_(complaints) {}

    void run() {
        // What could not be read would only bring complaints about what does not stand there.
        for (auto& written : rules_)
            if (written.is_readable) check(written);
        for (std::size_t later = 0; later < rules_.size(); ++later) check_reached(later);
    }

 private:
    void check(WrittenRule& written) {
        check_domain(written);
        check_status(written);
        check_ring(written);
        check_targets(written);
    }

    void check_domain(const WrittenRule& written) {
        const auto& domain = written.rule.domain;
        if (domain.empty() || domains_.empty() || is_ours(domain)) return;
        const std::vector<std::string_view> known(domains_.begin(), domains_.end());
        refuse(written.domain,
               "`domain`: `" + domain + "` is none of `domains` in [server]" + did_you_mean(domain, known));
    }
    bool is_ours(const std::string& domain) const {
        const auto address = address_in(domain);
        const auto listens_there = [&](const Listen& listen) {
            return listen.endpoint.address.is_unspecified() || listen.endpoint.address == *address;
        };
        return std::ranges::find(domains_, domain) != domains_.end() ||
               (address && std::ranges::any_of(listen_, listens_there));
    }
    static std::optional<base::IpAddress> address_in(std::string_view domain) {
        sip::Scanner in(domain);
        const auto host = sip::Host::parse(in);
        return host && in.done() ? host->address : std::nullopt;
    }

    void check_status(WrittenRule& written) {
        const auto role = written.rule.role;
        auto& status = written.rule.status;
        if (role == ServerRole::redirect) {
            if (status == 0) status = 302;
            if (std::ranges::find(redirections, status) == redirections.end())
                refuse(written.status, "`status`: expected 300, 301, 302, 305 or 380 for a redirect");
        } else if (role == ServerRole::reject) {
            if (status == 0) status = 403;
            if (status < 400) refuse(written.status, "`status`: expected 400 to 699 for a rejection");
        } else if (status != 0) {
            refuse(written.status, "`status`: only a redirect and a rejection have one, and this is a " +
                                       std::string(name_of(role)) + " rule");
        }
    }

    void check_ring(const WrittenRule& written) {
        const auto& rule = written.rule;
        if (rule.ring.count() == 0 || rule.role == ServerRole::proxy) return;
        refuse(written.ring, "`ring`: only a proxy rule lets somebody ring, and this is a " +
                                 std::string(name_of(rule.role)) + " rule");
    }

    void check_targets(const WrittenRule& written) {
        if (written.rule.role == ServerRole::reject && !written.to.empty())
            refuse(written.to.front(), "`to`: a rejection leads nowhere");
        for (std::size_t i = 0; i < written.rule.to.size(); ++i)
            if (const auto good = check_target(written.rule, written.rule.to[i]); !good)
                refuse(written.to[i], "`to`: " + good.error());
    }
    static base::Outcome<void> check_target(const RouteRule& rule, const std::string& to) {
        if (to.contains("{rest}") && !rule.user.ends_with('*'))
            return base::trouble("{rest} is what a * at the end of `user` stands for, and there is none");
        static constexpr std::string_view sample = "sip:1@domain.invalid";
        const auto text = server::filled_in({.user = "*"}, to, *sip::Uri::parse(sample));
        const auto uri = sip::Uri::parse(text);
        // A lenient reader lets braces pass.
        if (uri && uri->is_sip() && text.find_first_of("{}") == text.npos) return {};
        return base::trouble("`" + to +
                             "` makes no SIP URI; write one such as \"sip:{user}@192.0.2.5\", with {user}, "
                             "{rest} and {domain} where they are to be filled in");
    }

    // By no request, as an earlier rule takes all of them.
    void check_reached(std::size_t later) {
        if (!rules_[later].is_readable) return;
        for (std::size_t earlier = 0; earlier < later; ++earlier) {
            if (!rules_[earlier].is_readable || !takes_all_of(rules_[earlier].rule, rules_[later].rule))
                continue;
            return refuse(rules_[later].place, "rule " + std::to_string(later + 1) +
                                                   " is never reached: rule " + std::to_string(earlier + 1) +
                                                   " takes all that it would");
        }
    }

    void refuse(Place place, std::string message) { complaints_.add(place, std::move(message)); }

    std::span<WrittenRule> rules_;
    std::span<const std::string> domains_;
    std::span<const Listen> listen_;
    Complaints& complaints_;
};

}  // namespace

void read_route_key(const std::string& key, Place place, const Given& given, WrittenRule& rule,
                    Complaints& complaints) {
    const auto before = complaints.count();
    const auto* known = std::ranges::find(route_keys, key, &RouteKey::name);
    if (known != route_keys.end())
        known->read({key, given, complaints}, rule);
    else
        complaints.add(place,
                       "unknown key `" + key + "` in [[route]]" + did_you_mean(key, route_key_names()));
    rule.is_readable = rule.is_readable && complaints.count() == before;
}

std::vector<std::string_view> route_key_names() {
    std::vector<std::string_view> names;
    for (const auto& key : route_keys) names.push_back(key.name);
    return names;
}

void complete_routes(std::span<WrittenRule> rules, std::span<const std::string> domains,
                     std::span<const Listen> listen, Complaints& complaints) {
    RouteCheck(rules, domains, listen, complaints).run();
}

}  // namespace almon::host
