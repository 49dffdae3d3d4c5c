#include "almon/server/domains.hpp"

#include <algorithm>

#include "almon/server/subscribers.hpp"
#include "almon/sip/transport/flow.hpp"

namespace almon::server {
namespace {

// The port that a sip or sips URI means (RFC 3261 §19.1.2).
std::uint16_t port_of(const sip::Uri& uri) {
    if (uri.port()) return *uri.port();
    return sip::default_port(uri.is_secure() ? sip::Transport::tls : sip::Transport::udp);
}

}  // namespace

bool Domains::own(const sip::Uri& uri) const {
    if (!uri.is_sip()) return false;
    if (is_domain(uri.host().text)) return !uri.port() || listens_on(*uri.port());
    return uri.host().address && listens_at(base::Endpoint{*uri.host().address, port_of(uri)});
}

bool Domains::own_host(const sip::Host& host) const {
    return is_domain(host.text) || (host.address && listens_at(*host.address));
}

std::string Domains::address_of_record(const sip::Uri& uri) {
    return std::string(sip::without_port(sip::address_of_record(uri)));
}

std::vector<std::string> Domains::addresses_of_record(const sip::Uri& uri) const {
    std::vector<std::string> forms{address_of_record(uri)};
    const auto& form = forms.front();
    if (!is_domain(uri.host().text) && !settings_->domains.empty())
        forms.push_back(form.substr(0, form.rfind('@') + 1) + settings_->domains.front());
    return forms;
}

bool Domains::names(const sip::Uri& uri, std::string_view identity) const {
    const auto forms = addresses_of_record(uri);
    return std::ranges::any_of(forms, [&](const std::string& form) {
        const auto address = sip::Uri::parse(form);
        return address && address->user() &&
               identity_of(sip::unescape(*address->user()), address->host().text) == identity;
    });
}

bool Domains::own_realm(std::string_view realm) const {
    if (!settings_->realm.empty() && realm == settings_->realm) return true;
    sip::Scanner in(realm);
    const auto host = sip::Host::parse(in);
    return host && in.done() && own_host(*host);
}

bool Domains::is_domain(std::string_view host) const {
    const auto name = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
    return std::ranges::any_of(settings_->domains,
                               [&](const std::string& domain) { return base::equal_nocase(domain, name); });
}

bool Domains::listens_on(std::uint16_t port) const {
    return std::ranges::any_of(listeners_, [&](const auto& listener) { return listener.local.port == port; });
}

bool Domains::listens_at(const base::IpAddress& address) const {
    return std::ranges::any_of(listeners_, [&](const auto& listener) {
        return listener.local.address.canonical() == address.canonical();
    });
}

bool Domains::listens_at(const base::Endpoint& endpoint) const {
    return std::ranges::any_of(listeners_, [&](const auto& listener) {
        return listener.local.port == endpoint.port &&
               listener.local.address.canonical() == endpoint.address.canonical();
    });
}

}  // namespace almon::server
