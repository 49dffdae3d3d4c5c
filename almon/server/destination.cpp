#include "almon/server/destination.hpp"

#include "almon/base/charset.hpp"

namespace almon::server {
namespace {

constexpr std::string_view anonymous_domain = "anonymous.invalid";  // RFC 3323 §4.1.1.3

}  // namespace

Destination destination_of(const RouteInformation& route, const Domains& domains, const RouteRule* rule) {
    const bool leads_on = rule != nullptr && !rule->to.empty() && rule->role != ServerRole::redirect;
    const bool ends_here =
        route.hops.empty() && !route.has_foreign_maddr && domains.own(route.target) && !leads_on;
    return ends_here ? Destination::own_user : Destination::foreign;
}

bool is_for_server(sip::Method method, const RouteInformation& route, const Domains& domains) {
    if (destination_of(route, domains, nullptr) == Destination::foreign) return false;
    return method == sip::method::register_ || !route.target.user();
}

bool obeys_rules(const RouteInformation& route, const Domains& domains) {
    return !route.is_signed && destination_of(route, domains, nullptr) == Destination::own_user;
}

bool claims_own(const sip::Uri& from, const Domains& domains) {
    if (!from.is_sip()) return false;
    return domains.own_host(from.host()) || base::equal_nocase(from.host().text, anonymous_domain);
}

}  // namespace almon::server
