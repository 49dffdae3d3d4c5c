#include "almon/load/own_address.hpp"

#include "almon/net/socket.hpp"
#include "almon/net/socket_address.hpp"

namespace almon::load {

// Connecting a datagram socket only looks up the route.
base::Outcome<base::IpAddress> address_towards(const base::Endpoint& target) {
    const bool v6 = target.address.family() == base::IpAddress::Family::v6;
    const base::Endpoint any{v6 ? base::IpAddress::v6({}) : base::IpAddress::v4({}), 0};
    const auto socket = net::bind_socket(net::SocketType::datagram, any, net::PortSharing::exclusive);
    if (!socket) return tl::unexpected(socket.error());
    const net::SocketAddress peer(target);
    if (::connect(socket->number(), peer.data(), peer.size()) != 0)
        return net::system_trouble("find a way to " + base::printed(target));
    return net::local_endpoint(socket->number()).address;
}

}  // namespace almon::load
