#include "almon/load/plan.hpp"

namespace almon::load {

std::string_view name_of(Kind kind) {
    switch (kind) {
        case Kind::registration: return "register";
        case Kind::call: return "call";
        case Kind::options: return "options";
    }
    return "";
}

std::uint16_t port_of(const Plan& plan, std::uint32_t lane) {
    return plan.first_port == 0 ? 0 : static_cast<std::uint16_t>(plan.first_port + lane);
}

base::Outcome<Endpoint> parse_target(std::string_view text) {
    auto target = Endpoint::parse(text);
    if (!target) {
        const bool bracketed = text.starts_with('[') && text.ends_with(']');
        const auto address = base::IpAddress::parse(bracketed ? text.substr(1, text.size() - 2) : text);
        if (address) target = Endpoint{*address, sip::default_port(sip::Transport::udp)};
    }
    if (!target || target->port == 0)
        return base::trouble("`" + std::string(text) +
                             "` is no numeric address. Load goes exactly where you point it, so no name is "
                             "looked up; write one such as 192.0.2.1:5060 or [2001:db8::1]:5060");
    const auto& address = target->address;
    if (address.is_unspecified() || address.is_multicast() || address.is_broadcast())
        return base::trouble("`" + std::string(text) + "` is not the address of one machine");
    return *target;
}

std::string uri_host(const base::IpAddress& address) {
    const auto text = base::printed(address);
    return address.family() == base::IpAddress::Family::v6 ? "[" + text + "]" : text;
}

}  // namespace almon::load
