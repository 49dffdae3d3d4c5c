#include "almon/base/address.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace almon::base;

namespace {
std::string reprint(std::string_view text) {
    const auto address = IpAddress::parse(text);
    return address ? printed(*address) : "refused";
}
}  // namespace

TEST_CASE("IP addresses print in their canonical form") {
    CHECK(reprint("192.0.2.1") == "192.0.2.1");
    CHECK(reprint("2001:DB8:0:0:0:0:0:1") == "2001:db8::1");
    CHECK(reprint("::") == "::");
    CHECK(reprint("::1") == "::1");
    CHECK(reprint("1::") == "1::");
    CHECK(reprint("2001:db8:0:1:0:0:0:1") == "2001:db8:0:1::1");
    CHECK(reprint("::ffff:192.0.2.1") == "::ffff:c000:201");
    CHECK(reprint("1:2:3:4:5:6:7:8") == "1:2:3:4:5:6:7:8");
    CHECK(reprint("1:2:3:4:5:6:192.0.2.1") == "1:2:3:4:5:6:c000:201");
    CHECK(reprint("2001:db8:::192.0.2.1") == "2001:db8::c000:201");
}

TEST_CASE("what is no IP address is refused") {
    for (const auto text : {"", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4 ", "0001.2.3.4", ":", ":1",
                            "1:", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "::1.2.3",
                            "::1.2.3.4:5", "g::", "1:2:3:4:5:6:7:1.2.3.4"})
        CHECK_MESSAGE(reprint(text) == "refused", text);
}

TEST_CASE("endpoints need a port and, for IPv6, brackets") {
    CHECK(printed(*Endpoint::parse("[2001:db8::10]:5070")) == "[2001:db8::10]:5070");
    CHECK(printed(*Endpoint::parse("127.0.0.1:0")) == "127.0.0.1:0");
    CHECK_FALSE(Endpoint::parse("127.0.0.1"));
    CHECK_FALSE(Endpoint::parse("127.0.0.1:65536"));
    CHECK_FALSE(Endpoint::parse("[127.0.0.1]:5060"));
    CHECK_FALSE(Endpoint::parse("2001:db8::10:5070"));
}

TEST_CASE("special addresses are recognised in every disguise") {
    const auto is = [](std::string_view text) { return *IpAddress::parse(text); };
    CHECK(is("127.9.9.9").is_loopback());
    CHECK(is("::1").is_loopback());
    CHECK(is("::ffff:127.0.0.1").is_loopback());
    CHECK(is("0.0.0.0").is_unspecified());
    CHECK(is("::").is_unspecified());
    CHECK(is("::ffff:0.0.0.0").is_unspecified());
    CHECK(is("224.0.1.75").is_multicast());
    CHECK(is("ff02::1").is_multicast());
    CHECK(is("255.255.255.255").is_broadcast());
    CHECK_FALSE(is("192.0.2.1").is_loopback());
}

TEST_CASE("a network contains its addresses and no others") {
    const auto net = *Network::parse("10.16.0.0/12");
    CHECK(net.contains(*IpAddress::parse("10.31.255.255")));
    CHECK(net.contains(*IpAddress::parse("::ffff:10.16.0.1")));
    CHECK_FALSE(net.contains(*IpAddress::parse("10.32.0.0")));
    CHECK_FALSE(net.contains(*IpAddress::parse("::1")));
    CHECK(Network::parse("0.0.0.0/0")->contains(*IpAddress::parse("8.8.8.8")));
    CHECK_FALSE(Network::parse("0.0.0.0/0")->contains(*IpAddress::parse("::2")));
    CHECK(Network::parse("2001:db8::/32")->contains(*IpAddress::parse("2001:db8:ffff::1")));
    CHECK_FALSE(Network::parse("10.0.0.0/33"));
    CHECK_FALSE(Network::parse("10.0.0.0/"));
}
