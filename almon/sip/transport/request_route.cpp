#include "almon/sip/transport/request_route.hpp"

namespace almon::sip {
namespace {

using base::Errc;
using base::Result;

tl::unexpected<base::Error> unsupported(const char* rule) {
    return base::fail(Errc::unsupported_value, 0, rule);
}

Result<Transport> secured(Transport transport) {
    switch (transport) {
        case Transport::tcp:
        case Transport::tls: return Transport::tls;
        case Transport::ws:
        case Transport::wss: return Transport::wss;
        case Transport::udp: break;
    }
    return unsupported("RFC 3261 §26.2.2 sips over UDP");
}

Result<Transport> transport_of(const Uri& uri) {
    const auto wanted = uri.parameter("transport");
    if (!wanted) return uri.is_secure() ? Transport::tls : Transport::udp;
    const auto named = transport_named(*wanted);
    if (!named) return unsupported("RFC 3263 §4.1 transport");
    return uri.is_secure() ? secured(*named) : Result<Transport>(*named);
}

Result<base::IpAddress> address_of(const Uri& uri) {
    auto address = uri.host().address;
    if (const auto maddr = uri.parameter("maddr")) {
        base::Scanner in(*maddr);
        const auto host = Host::parse(in);
        if (!host || !in.done()) return unsupported("RFC 3261 §25.1 maddr");
        address = host->address;
    }
    if (!address) return unsupported("RFC 3263 §4.2 host name");
    if (address->is_multicast()) return unsupported("RFC 3261 §18.1.1 multicast");
    return *address;
}

}  // namespace

Result<Target> numeric_target(const Uri& uri) {
    if (!uri.is_sip()) return base::fail(Errc::unsupported_scheme, 0, "RFC 3263 §4");
    const auto transport = transport_of(uri);
    if (!transport) return tl::unexpected(transport.error());
    const auto address = address_of(uri);
    if (!address) return tl::unexpected(address.error());
    return Target{*transport, {*address, uri.port().value_or(default_port(*transport))}};
}

}  // namespace almon::sip
