#include "almon/net/local_address.hpp"

#include <doctest/doctest.h>

using namespace almon::net;

TEST_CASE("a socket path has 1 to 107 octets") {
    CHECK(LocalAddress::of(std::string(107, 'x')));
    CHECK_FALSE(LocalAddress::of(std::string(108, 'x')));
    CHECK(LocalAddress::of("").error() == "the socket path \"\" must have 1 to 107 octets");
}

TEST_CASE("a path where nobody listens cannot be reached") {
    CHECK(connect_locally("/nowhere/socket").error() ==
          "cannot reach /nowhere/socket: No such file or directory");
}
