#include "almon/server/route_table.hpp"

#include <algorithm>

#include "almon/base/charset.hpp"

namespace almon::server {
namespace {

// What of a rule's `user` must stand at the beginning of a user.
struct UserPattern {
    explicit UserPattern(std::string_view text)
        : is_open(text.empty() || text.ends_with('*')), beginning(text) {
        if (text.ends_with('*')) beginning.remove_suffix(1);
    }
    bool fits(std::string_view user) const {
        return is_open ? user.starts_with(beginning) : user == beginning;
    }

    bool is_open;
    std::string_view beginning;
};

// "%62ob" is bob, to the location service as well: no rule is passed by for the way in which it is written.
std::string user_of(const sip::Uri& target) {
    return sip::unescape(target.user().value_or(""));
}

std::string_view domain_of(const sip::Uri& target) {
    auto host = target.host().text;
    if (host.ends_with('.')) host.remove_suffix(1);
    return host;
}

// RFC 3261 §9.1, §17.1.1.3: they belong to an INVITE, and go where it went.
sip::Method method_of_rules(sip::Method method) {
    return method == sip::method::ack || method == sip::method::cancel ? sip::method::invite : method;
}

std::string rest_of(const RouteRule& rule, const sip::Uri& target) {
    const UserPattern pattern(rule.user);
    const auto user = user_of(target);
    if (!pattern.is_open || user.size() < pattern.beginning.size()) return {};
    return sip::escape_user(std::string_view(user).substr(pattern.beginning.size()));
}

void replace_all(std::string& text, std::string_view name, std::string_view value) {
    for (auto at = text.find(name); at != text.npos; at = text.find(name, at + value.size()))
        text.replace(at, name.size(), value);
}

bool has(const std::vector<std::string>& methods, std::string_view method) {
    return std::ranges::find(methods, method) != methods.end();
}

bool takes_methods_of(const RouteRule& earlier, const RouteRule& later) {
    if (earlier.methods.empty()) return true;
    const auto is_taken = [&](const std::string& method) { return has(earlier.methods, method); };
    return !later.methods.empty() && std::ranges::all_of(later.methods, is_taken);
}

bool takes_users_of(const RouteRule& earlier, const RouteRule& later) {
    const UserPattern wide(earlier.user), narrow(later.user);
    return wide.fits(narrow.beginning) && (wide.is_open || !narrow.is_open);
}

}  // namespace

const char* name_of(ServerRole role) {
    switch (role) {
        case ServerRole::proxy: return "proxy";
        case ServerRole::stateless: return "stateless";
        case ServerRole::redirect: return "redirect";
        case ServerRole::reject: return "reject";
    }
    return "";
}

std::optional<Misfit> misfit(const RouteRule& rule, const sip::Uri& target, sip::Method method) {
    if (!rule.domain.empty() && !base::equal_nocase(rule.domain, domain_of(target))) return Misfit::domain;
    if (!UserPattern(rule.user).fits(user_of(target))) return Misfit::user;
    if (!rule.methods.empty() && !has(rule.methods, method_of_rules(method).value())) return Misfit::method;
    return {};
}

const RouteRule* find_rule(std::span<const RouteRule> rules, const sip::Uri& target, sip::Method method) {
    const auto rule =
        std::ranges::find_if(rules, [&](const RouteRule& one) { return !misfit(one, target, method); });
    return rule == rules.end() ? nullptr : &*rule;
}

std::string filled_in(const RouteRule& rule, std::string_view to, const sip::Uri& target) {
    std::string text(to);
    replace_all(text, "{user}", target.user().value_or(""));
    replace_all(text, "{rest}", rest_of(rule, target));
    replace_all(text, "{domain}", target.host().text);
    return text;
}

bool takes_all_of(const RouteRule& earlier, const RouteRule& later) {
    const bool takes_domain = earlier.domain.empty() || earlier.domain == later.domain;
    return takes_domain && takes_users_of(earlier, later) && takes_methods_of(earlier, later);
}

}  // namespace almon::server
