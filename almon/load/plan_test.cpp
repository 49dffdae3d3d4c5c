#include "almon/load/plan.hpp"

#include <doctest/doctest.h>

using namespace almon;
using namespace almon::load;

TEST_CASE("a target is a numeric address, with a port or without") {
    for (const auto& [text, meant] : {std::pair{"192.0.2.1:5070", "192.0.2.1:5070"},
                                      {"192.0.2.1", "192.0.2.1:5060"},
                                      {"[2001:db8::1]:5070", "[2001:db8::1]:5070"},
                                      {"[2001:db8::1]", "[2001:db8::1]:5060"},
                                      {"2001:db8::1", "[2001:db8::1]:5060"}}) {
        CAPTURE(text);
        CHECK(base::printed(parse_target(text).value()) == meant);
    }
}

TEST_CASE("a name is refused with a kind sentence") {
    for (const auto* text :
         {"example.com", "localhost:5060", "", "192.0.2.1:0", "[192.0.2.1", "sip:192.0.2.1"}) {
        CAPTURE(text);
        const auto target = parse_target(text);
        REQUIRE_FALSE(target);
        CHECK(target.error().find("no numeric address") != std::string::npos);
        CHECK(target.error().find("192.0.2.1:5060") != std::string::npos);
    }
}

TEST_CASE("load has one target: no wildcard, no group, no broadcast") {
    for (const auto* text : {"0.0.0.0", "[::]:5060", "224.0.1.75:5060", "255.255.255.255"}) {
        CAPTURE(text);
        CHECK(parse_target(text).error().find("one machine") != std::string::npos);
    }
}

TEST_CASE("an address in a URI has brackets where it needs them") {
    CHECK(uri_host(*base::IpAddress::parse("192.0.2.1")) == "192.0.2.1");
    CHECK(uri_host(*base::IpAddress::parse("2001:db8::1")) == "[2001:db8::1]");
}
