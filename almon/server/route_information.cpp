#include "almon/server/route_information.hpp"

#include <optional>

#include "almon/sip/headers/route.hpp"

namespace almon::server {
namespace {

// §16.4: a Request-URI that we once placed into Record-Route.
bool is_record_route_of_ours(const sip::Uri& uri, const Domains& domains) {
    return domains.own(uri) && !uri.user() && uri.has_parameter("lr") &&
           uri.has_parameter(RouteSigner::parameter);
}

// §16.4: an maddr of ours changes nothing. The transport and port beside it are for those who send to it.
bool names_foreign_maddr(const sip::Uri& uri, const Domains& domains) {
    const auto maddr = uri.is_sip() ? uri.parameter("maddr") : std::nullopt;
    if (!maddr) return false;
    sip::Scanner in(*maddr);
    const auto host = sip::Host::parse(in);
    return !host || !in.done() || !domains.own_host(*host);
}

class RouteReader {
 public:
    RouteReader(const sip::Envelope& envelope, const Domains& domains, const RouteSigner& signer)
        : envelope_(envelope), domains_(domains), signer_(signer) {}

    sip::Result<RouteInformation> read(const sip::Message& request) {
        const auto uri = sip::Uri::parse(request.request_uri(), request.offset_of(request.request_uri()));
        if (!uri) return tl::unexpected(uri.error());
        route_.target = *uri;
        const bool from_strict_router = is_record_route_of_ours(*uri, domains_);
        std::optional<sip::Route> last;
        for (const auto& value : request.all<sip::Route>()) {
            if (!value) return tl::unexpected(value.error());
            if (last) take(*last);
            last = *value;
        }
        if (last) from_strict_router ? undo_strict_routing(*last) : take(*last);
        route_.has_foreign_maddr = names_foreign_maddr(route_.target, domains_);
        return std::move(route_);
    }

 private:
    void take(const sip::Route& value) {
        if (!route_.hops.empty() || !domains_.own(value.address.uri))
            return route_.hops.push_back(value.text);
        ++route_.own_values;
        reach(value.address.uri);
    }
    // The strict router before us put our Route value into the Request-URI, and the target behind the others.
    void undo_strict_routing(const sip::Route& last) {
        reach(route_.target);
        route_.target = last.address.uri;
        route_.from_strict_router = true;
    }
    void reach(const sip::Uri& value_of_ours) {
        if (const auto proof = signer_.verify(value_of_ours, envelope_)) {
            route_.is_signed = true;
            route_.flow_ahead = proof.flow_ahead;
        }
        if (const auto& address = value_of_ours.host().address)
            route_.leave_from = {*address,
                                 value_of_ours.port().value_or(sip::default_port(sip::Transport::udp))};
    }

    const sip::Envelope& envelope_;
    const Domains& domains_;
    const RouteSigner& signer_;
    RouteInformation route_;
};

}  // namespace

sip::Result<RouteInformation> read_route(const sip::Message& request, const sip::Envelope& envelope,
                                         const Domains& domains, const RouteSigner& signer) {
    return RouteReader(envelope, domains, signer).read(request);
}

}  // namespace almon::server
