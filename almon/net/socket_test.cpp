#include "almon/net/socket.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include "almon/base/limits.hpp"
#include "almon/net/socket_address.hpp"

using namespace almon;
using namespace almon::net;

namespace {
const auto loopback = base::Endpoint::parse("127.0.0.1:0").value();

int option(const Fd& socket, int name) {
    int value = 0;
    socklen_t size = sizeof value;
    ::getsockopt(socket.number(), SOL_SOCKET, name, &value, &size);
    return value;
}
}  // namespace

TEST_CASE("port 0 takes a free port") {
    const auto socket = bind_socket(SocketType::datagram, loopback, PortSharing::exclusive);
    REQUIRE(socket);
    CHECK(local_endpoint(socket->number()).port != 0);
    CHECK(local_endpoint(socket->number()).address == loopback.address);
}

TEST_CASE("a port that is taken is refused with a sentence") {
    const auto first = bind_socket(SocketType::datagram, loopback, PortSharing::exclusive);
    REQUIRE(first);
    const auto taken = local_endpoint(first->number());
    const auto second = bind_socket(SocketType::datagram, taken, PortSharing::exclusive);
    REQUIRE_FALSE(second);
    CHECK(second.error() == "cannot bind UDP " + base::printed(taken) + ": Address already in use");
}

TEST_CASE("shards share a port when told to") {
    const auto first = bind_socket(SocketType::datagram, loopback, PortSharing::shared);
    REQUIRE(first);
    const auto second =
        bind_socket(SocketType::datagram, local_endpoint(first->number()), PortSharing::shared);
    CHECK(second);
}

TEST_CASE("an IPv6 socket leaves the port of IPv4 alone") {
    const auto v6 =
        bind_socket(SocketType::datagram, base::Endpoint::parse("[::]:0").value(), PortSharing::exclusive);
    REQUIRE(v6);
    const base::Endpoint same_port{base::IpAddress(), local_endpoint(v6->number()).port};
    CHECK(bind_socket(SocketType::datagram, same_port, PortSharing::exclusive));
}

TEST_CASE("an address that is not ours cannot be bound") {
    const auto foreign = base::Endpoint::parse("192.0.2.1:0").value();
    const auto socket = bind_socket(SocketType::stream, foreign, PortSharing::exclusive);
    REQUIRE_FALSE(socket);
    CHECK(socket.error().starts_with("cannot bind TCP 192.0.2.1:0: "));
}

TEST_CASE("socket buffers grow to what we ask for, or as far as the system lets us") {
    const auto greedy = bind_socket(SocketType::datagram, loopback, PortSharing::exclusive);
    const auto large = bind_socket(SocketType::datagram, loopback, PortSharing::exclusive);
    REQUIRE(greedy);
    REQUIRE(large);
    enlarge_buffers(*large);
    constexpr int wanted = base::limits::socket_buffer_octets;
    for (const int name : {SO_RCVBUF, SO_SNDBUF}) {
        constexpr int all = std::numeric_limits<int>::max() / 2;
        ::setsockopt(greedy->number(), SOL_SOCKET, name, &all, sizeof all);
        CHECK(option(*large, name) >= std::min(wanted, option(*greedy, name)));
    }
}
