#include "almon/load/own_address.hpp"

#include <doctest/doctest.h>

using namespace almon;
using namespace almon::load;

TEST_CASE("to ourselves we go from ourselves, in either family") {
    for (const auto* target : {"127.0.0.1:5060", "[::1]:5060"}) {
        CAPTURE(target);
        const auto endpoint = base::Endpoint::parse(target).value();
        CHECK(address_towards(endpoint).value() == endpoint.address);
    }
}

TEST_CASE("where no way leads, a sentence says so") {
    const auto way = address_towards({base::IpAddress::v4({255, 255, 255, 255}), 5060});
    REQUIRE_FALSE(way);
    CHECK(way.error().starts_with("cannot find a way to 255.255.255.255:5060: "));
}
