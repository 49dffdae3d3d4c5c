// Which URIs are ours: those of the domains that we are responsible for, and of the addresses that we listen
// on (RFC 3261 §16.3, §16.4, §16.5).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "almon/server/settings.hpp"
#include "almon/sip/uri.hpp"
#include "almon/stack/shard.hpp"

namespace almon::server {

class Domains {
 public:
    // The listeners must outlive this.
    Domains(SettingsSnapshot settings, const std::vector<stack::Listener>& listeners)
        : settings_(std::move(settings)), listeners_(listeners) {}
    void apply(SettingsSnapshot settings) { settings_ = std::move(settings); }

    // True for a sip or sips URI whose host is one of our domains, without a port or with one that we listen
    // on, and for one whose address and port are those of a listener. On a host that we share with phones the
    // port makes the difference.
    bool own(const sip::Uri& uri) const;
    // True when the host is one of our domains or addresses: for From, where ports mean nothing.
    bool own_host(const sip::Host& host) const;
    // True when credentials for this realm are for us.
    bool own_realm(std::string_view realm) const;

    // The key of a user of ours (RFC 3261 §10.3 step 5). Some phones write the port that they dial into From
    // and To: it does not make another user.
    static std::string address_of_record(const sip::Uri& uri);
    // The keys under which a user of ours may be known, the likeliest first: that of address_of_record(), and
    // in our first domain when the host is only an address of ours.
    std::vector<std::string> addresses_of_record(const sip::Uri& uri) const;

    // True when the URI, which has a host of ours, is an address of that user ("alice@example.com").
    bool names(const sip::Uri& uri, std::string_view identity) const;

 private:
    bool is_domain(std::string_view host) const;
    bool listens_on(std::uint16_t port) const;
    bool listens_at(const base::IpAddress& address) const;
    bool listens_at(const base::Endpoint& endpoint) const;

    SettingsSnapshot settings_;
    const std::vector<stack::Listener>& listeners_;
};

}  // namespace almon::server
