#include "almon/server/route_table.hpp"

#include <algorithm>

#include "almon/base/charset.hpp"

namespace almon::server {
namespace {

bool ends_open(std::string_view pattern) {
    return pattern.ends_with('*');
}

bool fits_user(std::string_view pattern, const sip::Uri& target) {
    if (pattern.empty()) return true;
    const auto user = target.user().value_or("");
    if (ends_open(pattern)) return user.starts_with(pattern.substr(0, pattern.size() - 1));
    return user == pattern;
}

bool fits(const RouteRule& rule, const sip::Uri& target, sip::Method method) {
    const auto is_it = [&](const std::string& name) { return name == method.value(); };
    return (rule.domain.empty() || base::equal_nocase(rule.domain, target.host().text)) &&
           fits_user(rule.user, target) && (rule.methods.empty() || std::ranges::any_of(rule.methods, is_it));
}

std::string_view rest_of(const RouteRule& rule, std::string_view user) {
    return ends_open(rule.user) ? user.substr(rule.user.size() - 1) : std::string_view{};
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

const RouteRule* find_rule(std::span<const RouteRule> rules, const sip::Uri& target, sip::Method method) {
    const auto rule =
        std::ranges::find_if(rules, [&](const RouteRule& one) { return fits(one, target, method); });
    return rule == rules.end() ? nullptr : &*rule;
}

std::string filled_in(const RouteRule& rule, std::string_view to, const sip::Uri& target) {
    const auto user = target.user().value_or("");
    std::string text(to);
    const auto fill = [&](std::string_view name, std::string_view value) {
        if (const auto at = text.find(name); at != text.npos) text.replace(at, name.size(), value);
    };
    fill("{user}", user);
    fill("{rest}", rest_of(rule, user));
    fill("{domain}", target.host().text);
    return text;
}

}  // namespace almon::server
