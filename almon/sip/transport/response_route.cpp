#include "almon/sip/transport/response_route.hpp"

#include <array>

namespace almon::sip {
namespace {

bool differs(const Host& sent_by, const base::IpAddress& source) {
    return !sent_by.address || sent_by.address->canonical() != source;
}

// The name of an rport parameter without a value, which only asks.
std::optional<std::string_view> rport_question(const Via& via) {
    if (!via.has_rport || via.rport) return {};
    const auto rport = via.parameters.find("rport");
    return rport ? std::optional(rport->name) : std::nullopt;
}

std::uint16_t sent_by_port(const Via& via, Transport transport) {
    const auto port = via.port.value_or(0);
    return port == 0 ? default_port(transport) : port;
}

std::optional<base::IpAddress> maddr_to_follow(const Via& via, const Flow& flow) {
    auto text = via.maddr;
    if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
    const auto parsed = base::IpAddress::parse(text);
    if (!parsed) return {};
    const auto address = parsed->canonical();
    if (address.is_multicast() || address.is_broadcast() || address.is_unspecified()) return {};
    if (address.is_loopback() && !flow.peer.address.is_loopback()) return {};
    return address;
}

// Puts text into a Via where one of its slices ends; all of them move along with their octets.
void insert_behind(Message& request, Via& via, std::string_view slice, std::string_view text) {
    const std::array slices{&via.protocol, &via.version,  &via.transport, &via.host.text,
                            &via.branch,   &via.received, &via.maddr};
    std::array<std::size_t, slices.size()> places;
    for (std::size_t i = 0; i < slices.size(); ++i)
        places[i] = slices[i]->empty() ? 0 : request.offset_of(*slices[i]);
    const auto at = request.offset_of(slice) + slice.size();
    const auto parameters_at = via.parameters.empty() ? at : request.offset_of(via.parameters.text());
    const auto via_at = request.offset_of(via.text);
    request.insert(at, text);
    const auto octets = request.octets();
    for (std::size_t i = 0; i < slices.size(); ++i)
        *slices[i] = octets.substr(places[i] + (places[i] >= at ? text.size() : 0), slices[i]->size());
    via.parameters =
        Parameters::checked(octets.substr(parameters_at, via.parameters.text().size() + text.size()));
    via.text = octets.substr(via_at, via.text.size() + text.size());
}

}  // namespace

bool mark_source(Message& request, Via& top, const Endpoint& peer) {
    const auto source = peer.address.canonical();
    const auto question = rport_question(top);
    const bool received = top.received.empty() && (question || differs(top.host, source));
    if (!question && !received) return false;

    std::array<char, 80> buffer;
    base::Printer text(buffer);
    if (question) text.put('=').put_number(peer.port);
    if (received) source.print(text.put(";received="));
    const auto behind = question.value_or(top.text);
    const auto at = request.offset_of(behind) + behind.size();
    insert_behind(request, top, behind, text.view());
    const auto inserted = request.octets().substr(at, text.size());
    if (question) top.rport = peer.port;
    if (received) top.received = inserted.substr(inserted.rfind('=') + 1);
    return true;
}

bool is_behind_nat(const Via& top, const Endpoint& peer) {
    if (differs(top.host, peer.address.canonical())) return true;
    return top.has_rport && sent_by_port(top, Transport::udp) != peer.port;
}

Endpoint response_endpoint(const Flow& flow, const Via& top) {
    const auto port = sent_by_port(top, flow.transport);
    if (is_reliable(flow.transport)) return {flow.peer.address, port};
    if (const auto maddr = maddr_to_follow(top, flow)) return {*maddr, port};
    return {flow.peer.address, top.has_rport ? flow.peer.port : port};
}

}  // namespace almon::sip
