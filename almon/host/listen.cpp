#include "almon/host/listen.hpp"

#include <algorithm>
#include <string>

#include "almon/net/interfaces.hpp"

namespace almon::host {
namespace {

tl::unexpected<std::string> refuse(std::string_view text, std::string_view reason) {
    return base::trouble("`" + std::string(text) + "` " + std::string(reason));
}

// As a URI writes it.
std::string host_of(const base::IpAddress& address) {
    const auto text = base::printed(address);
    return address.family() == base::IpAddress::Family::v6 ? "[" + text + "]" : text;
}

}  // namespace

base::Outcome<Listen> parse_listen(std::string_view text) {
    const auto colon = text.find(':');
    const auto transport = sip::transport_named(text.substr(0, colon));
    if (!transport || colon == text.npos)
        return refuse(text, "is no place to listen at; write one such as udp:127.0.0.1:5060");
    const auto endpoint = sip::Endpoint::parse(text.substr(colon + 1));
    if (!endpoint) return refuse(text, "needs an address and a port, such as 127.0.0.1:5060 or [::1]:5060");
    return Listen{*transport, *endpoint};
}

base::Outcome<std::vector<sip::Endpoint>> endpoints_of(const Listen& listen) {
    const auto& [address, port] = listen.endpoint;
    if (!address.is_unspecified()) return std::vector{listen.endpoint};
    const auto interfaces = net::local_interfaces();
    if (!interfaces) return tl::unexpected(interfaces.error());
    std::vector<sip::Endpoint> endpoints;
    for (const auto& interface : *interfaces)
        if (interface.address.family() == address.family()) endpoints.push_back({interface.address, port});
    return endpoints;
}

std::vector<std::string> domains_of(std::span<const stack::Listener> listeners) {
    std::vector<std::string> domains;
    for (const bool loopback : {false, true}) {
        for (const auto& listener : listeners) {
            const auto& address = listener.local.address;
            auto domain = host_of(address);
            const bool is_new = std::ranges::find(domains, domain) == domains.end();
            if (address.is_loopback() == loopback && is_new) domains.push_back(std::move(domain));
        }
    }
    return domains;
}

}  // namespace almon::host
