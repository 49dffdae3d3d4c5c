#include "almon/net/interfaces.hpp"

#include <ifaddrs.h>
#include <net/if.h>

#include <memory>
#include <optional>

#include "almon/net/fd.hpp"
#include "almon/net/socket_address.hpp"

namespace almon::net {
namespace {

bool is_link_local_v6(const base::IpAddress& address) {
    const auto& octets = address.octets();
    return address.family() == base::IpAddress::Family::v6 && octets[0] == 0xfe && (octets[1] & 0xc0) == 0x80;
}

std::optional<base::IpAddress> address_of(const ifaddrs& entry) {
    if (entry.ifa_addr == nullptr || (entry.ifa_flags & IFF_UP) == 0) return {};
    const auto address = SocketAddress(*entry.ifa_addr).endpoint().address;
    if (address.is_unspecified() || is_link_local_v6(address)) return {};
    return address;
}

}  // namespace

base::Outcome<std::vector<Interface>> local_interfaces() {
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) != 0) return system_trouble("list the network interfaces");
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> all(first, &::freeifaddrs);
    std::vector<Interface> interfaces;
    for (const auto* entry = first; entry != nullptr; entry = entry->ifa_next)
        if (const auto address = address_of(*entry)) interfaces.push_back({entry->ifa_name, *address});
    return interfaces;
}

}  // namespace almon::net
