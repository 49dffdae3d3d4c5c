#include "almon/net/socket.hpp"

#include <fcntl.h>
#include <netinet/tcp.h>

#include <cerrno>

#include "almon/base/limits.hpp"
#include "almon/net/socket_address.hpp"

namespace almon::net {
namespace {

bool set(const Fd& socket, int level, int option, int value) {
    return ::setsockopt(socket.number(), level, option, &value, sizeof value) == 0;
}

void enlarge(const Fd& socket, int forced_option, int option) {
    const auto octets = static_cast<int>(base::limits::socket_buffer_octets);
    if (!set(socket, SOL_SOCKET, forced_option, octets)) set(socket, SOL_SOCKET, option, octets);
}

Fd new_socket(SocketType type, base::IpAddress::Family family) {
    const int domain = family == base::IpAddress::Family::v6 ? AF_INET6 : AF_INET;
    return Fd(::socket(domain, type == SocketType::datagram ? SOCK_DGRAM : SOCK_STREAM, 0));
}

}  // namespace

base::Outcome<Fd> bind_socket(SocketType type, const base::Endpoint& local, PortSharing sharing) {
    auto socket = new_socket(type, local.address.family());
    if (!socket) return system_trouble("make a socket for " + describe(type, local));
    if (local.address.family() == base::IpAddress::Family::v6) set(socket, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    if (type == SocketType::stream) set(socket, SOL_SOCKET, SO_REUSEADDR, 1);
    if (sharing == PortSharing::shared) set(socket, SOL_SOCKET, SO_REUSEPORT, 1);
    const SocketAddress address(local);
    if (::bind(socket.number(), address.data(), address.size()) != 0)
        return system_trouble("bind " + describe(type, local));
    return socket;
}

base::Outcome<Fd> begin_to_connect(const base::Endpoint& to, std::optional<base::IpAddress> from) {
    auto socket = new_socket(SocketType::stream, to.address.family());
    if (!socket) return system_trouble("make a socket for " + describe(SocketType::stream, to));
    ::fcntl(socket.number(), F_SETFL, O_NONBLOCK);
    send_at_once(socket);
    if (from) {
#ifdef IP_BIND_ADDRESS_NO_PORT
        set(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);  // connect() chooses a port, one for each peer
#endif
        const SocketAddress local({*from, 0});
        if (::bind(socket.number(), local.data(), local.size()) != 0)
            return system_trouble("connect from " + base::printed(*from));
    }
    const SocketAddress peer(to);
    if (::connect(socket.number(), peer.data(), peer.size()) != 0 && errno != EINPROGRESS)
        return system_trouble("connect to " + describe(SocketType::stream, to));
    return socket;
}

int connect_error(int socket) {
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

void enlarge_buffers(const Fd& socket) {
#ifdef SO_RCVBUFFORCE
    enlarge(socket, SO_RCVBUFFORCE, SO_RCVBUF);
    enlarge(socket, SO_SNDBUFFORCE, SO_SNDBUF);
#else
    enlarge(socket, SO_RCVBUF, SO_RCVBUF);
    enlarge(socket, SO_SNDBUF, SO_SNDBUF);
#endif
}

void send_at_once(const Fd& socket) {
    set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
}

std::string describe(SocketType type, const base::Endpoint& endpoint) {
    return (type == SocketType::datagram ? "UDP " : "TCP ") + base::printed(endpoint);
}

}  // namespace almon::net
