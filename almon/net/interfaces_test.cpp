#include "almon/net/interfaces.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "almon/net/socket.hpp"

using namespace almon;

TEST_CASE("the loopback address is among this machine's") {
    const auto interfaces = net::local_interfaces();
    REQUIRE(interfaces);
    CHECK(std::any_of(interfaces->begin(), interfaces->end(), [](const net::Interface& one) {
        return one.address == base::IpAddress::v4({127, 0, 0, 1});
    }));
}

TEST_CASE("each address that is listed can be bound") {
    const auto interfaces = net::local_interfaces();
    REQUIRE(interfaces);
    for (const auto& [name, address] : *interfaces) {
        CAPTURE(name);
        CHECK(net::bind_socket(net::SocketType::datagram, {address, 0}, net::PortSharing::exclusive));
    }
}
