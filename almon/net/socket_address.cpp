#include "almon/net/socket_address.hpp"

#include <arpa/inet.h>

#include <array>
#include <cstring>

namespace almon::net {

SocketAddress::SocketAddress(const base::Endpoint& endpoint) {
    const auto& octets = endpoint.address.octets();
    if (endpoint.address.family() == base::IpAddress::Family::v6) {
        v6_.sin6_family = AF_INET6;
        v6_.sin6_port = htons(endpoint.port);
        std::memcpy(&v6_.sin6_addr, octets.data(), sizeof v6_.sin6_addr);
    } else {
        v4_.sin_family = AF_INET;
        v4_.sin_port = htons(endpoint.port);
        std::memcpy(&v4_.sin_addr, octets.data(), sizeof v4_.sin_addr);
    }
}

SocketAddress::SocketAddress(const sockaddr& address) {
    if (address.sa_family == AF_INET6) std::memcpy(&v6_, &address, sizeof v6_);
    if (address.sa_family == AF_INET) std::memcpy(&v4_, &address, sizeof v4_);
}

base::Endpoint SocketAddress::endpoint() const {
    if (any_.sa_family == AF_INET6) {
        std::array<std::uint8_t, 16> octets{};
        std::memcpy(octets.data(), &v6_.sin6_addr, octets.size());
        return {base::IpAddress::v6(octets), ntohs(v6_.sin6_port)};
    }
    if (any_.sa_family == AF_INET) {
        std::array<std::uint8_t, 4> octets{};
        std::memcpy(octets.data(), &v4_.sin_addr, octets.size());
        return {base::IpAddress::v4(octets), ntohs(v4_.sin_port)};
    }
    return {};
}

base::Endpoint local_endpoint(int fd) {
    SocketAddress address;
    auto size = SocketAddress::capacity;
    return ::getsockname(fd, address.data(), &size) == 0 ? address.endpoint() : base::Endpoint{};
}

base::Endpoint peer_endpoint(int fd) {
    SocketAddress address;
    auto size = SocketAddress::capacity;
    return ::getpeername(fd, address.data(), &size) == 0 ? address.endpoint() : base::Endpoint{};
}

}  // namespace almon::net
