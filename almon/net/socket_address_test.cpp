#include "almon/net/socket_address.hpp"

#include <doctest/doctest.h>

#include <initializer_list>

using namespace almon;

TEST_CASE("an endpoint survives the kernel's form") {
    for (const auto text : {"192.0.2.1:5060", "[2001:db8::1]:5061", "0.0.0.0:0", "[::]:65535"}) {
        const auto endpoint = base::Endpoint::parse(text).value();
        CHECK(net::SocketAddress(endpoint).endpoint() == endpoint);
    }
}

TEST_CASE("the kernel is told the size of the family") {
    CHECK(net::SocketAddress(base::Endpoint::parse("192.0.2.1:1").value()).size() == sizeof(sockaddr_in));
    CHECK(net::SocketAddress(base::Endpoint::parse("[::1]:1").value()).size() == sizeof(sockaddr_in6));
}

TEST_CASE("an address of another family, or of no socket, reads as nothing") {
    CHECK(net::SocketAddress().endpoint() == base::Endpoint{});
    CHECK(net::local_endpoint(-1) == base::Endpoint{});
    CHECK(net::peer_endpoint(-1) == base::Endpoint{});
}
