#include "almon/sip/host.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace almon::sip;
using almon::base::printed;

namespace {

Host read(std::string_view text) {
    Scanner in(text);
    const auto host = Host::parse(in);
    CAPTURE(text);
    REQUIRE(host.has_value());
    return *host;
}

std::string address(std::string_view text) {
    const auto host = read(text);
    return host.address ? printed(*host.address) : "name";
}

// Where the refused host or port stands behind the 10 octets that came before.
std::size_t refused_at(std::string_view text, Errc code) {
    Scanner in(text, 10);
    const auto host = Host::parse(in);
    CAPTURE(text);
    REQUIRE_FALSE(host.has_value());
    CHECK(host.error().code == code);
    CHECK(std::string_view(host.error().rule) == "RFC 3261 §25.1 host");
    return host.error().offset - 10;
}

}  // namespace

TEST_CASE("a host name is kept as written") {
    for (const auto text : {"atlanta.com", "a", "A-b.C--d.e1", "atlanta.com.", "9.example", "1a", "x.1a",
                            "xn--bcher-kva.example", "localhost"}) {
        CHECK(read(text).text == text);
        CHECK(address(text) == "name");
    }
}

TEST_CASE("a numeric host is an address; an IPv6 one keeps its brackets") {
    CHECK(address("192.0.2.4") == "192.0.2.4");
    CHECK(address("255.255.255.255") == "255.255.255.255");
    CHECK(address("[2001:DB8::9:1]") == "2001:db8::9:1");
    CHECK(read("[2001:DB8::9:1]").text == "[2001:DB8::9:1]");
    CHECK(address("[::]") == "::");
    CHECK(address("[::ffff:192.0.2.1]") == address("[::FFFF:c000:201]"));
    CHECK(address("[2001:db8:::192.0.2.1]") == address("[2001:db8::192.0.2.1]"));  // RFC 5118 §4.10
}

TEST_CASE("a host ends before what cannot stand in it") {
    for (const auto text : {"b.c:5060", "b.c;lr", "b.c?x=y", "b.c>", "b.c ", "b.c_d", "b.c,"}) {
        Scanner in(text);
        CHECK(Host::parse(in)->text == "b.c");
        CHECK(in.offset() == 3);
    }
    Scanner in("[::1]:5060");
    CHECK(Host::parse(in)->text == "[::1]");
    CHECK(in.rest() == ":5060");
}

TEST_CASE("what is no host name is refused") {
    CHECK(refused_at("", Errc::unexpected_end) == 0);
    CHECK(refused_at(":5060", Errc::unexpected_byte) == 0);
    CHECK(refused_at("_sip.b", Errc::unexpected_byte) == 0);
    CHECK(refused_at(" b", Errc::unexpected_byte) == 0);
    for (const auto text : {".", "..", ".b", "b..c", "b..", "-b", "b-", "b.-c", "b-.c", "b-."})
        CHECK(refused_at(text, Errc::unexpected_byte) == 0);
}

TEST_CASE("a name that ends in a number has to be an IPv4 address") {
    for (const auto text : {"1", "1.2.3", "1.2.3.4.5", "192.0.2.256", "example.1", "192.0.2.4."})
        CHECK(refused_at(text, Errc::unexpected_byte) == 0);
}

TEST_CASE("what is no IPv6 address in brackets is refused") {
    CHECK(refused_at("[", Errc::unexpected_end) == 1);
    CHECK(refused_at("[::1", Errc::unexpected_end) == 4);
    CHECK(refused_at("[::1;lr", Errc::unexpected_byte) == 4);
    CHECK(refused_at("[fe80::1%25eth0]", Errc::unexpected_byte) == 8);
    CHECK(refused_at("[v1.x]", Errc::unexpected_byte) == 1);
    CHECK(refused_at("[]", Errc::unexpected_byte) == 0);
    CHECK(refused_at("[192.0.2.4]", Errc::unexpected_byte) == 0);
    CHECK(refused_at("[1:2:3:4:5:6:7:8:9]", Errc::unexpected_byte) == 0);
    CHECK(refused_at("[1::2::3]", Errc::unexpected_byte) == 0);
    CHECK(refused_at("[12345::]", Errc::unexpected_byte) == 0);
}

TEST_CASE("hosts are the same by address, or by name without case and closing dot") {
    CHECK(read("Atlanta.COM") == read("atlanta.com"));
    CHECK(read("atlanta.com.") == read("atlanta.com"));
    CHECK(read("[::1]") == read("[0:0::0001]"));
    CHECK_FALSE(read("atlanta.com") == read("atlanta.co"));
    CHECK_FALSE(read("192.0.2.4") == read("192.0.2.5"));
    CHECK_FALSE(read("192.0.2.4") == read("atlanta.com"));
    CHECK_FALSE(read("atlanta.com") == read("192.0.2.4"));
    CHECK_FALSE(read("[::ffff:192.0.2.4]") == read("192.0.2.4"));
}

TEST_CASE("a refusal names the rule of the field that asked") {
    Scanner host("?"), port("?");
    CHECK(std::string_view(Host::parse(host, "RFC 3261 §20.42").error().rule) == "RFC 3261 §20.42");
    CHECK(std::string_view(take_port(port, "RFC 3261 §20.42").error().rule) == "RFC 3261 §20.42");
}

TEST_CASE("a port is a number of 16 bits and ends with its last digit") {
    const auto port = [](std::string_view text) {
        Scanner in(text, 10);
        return take_port(in);
    };
    CHECK(port("0") == 0);
    CHECK(port("65535;lr") == 65'535);
    CHECK(port("05060") == 5060);
    CHECK(port("65536").error() == Error{Errc::number_too_large, 10, port("65536").error().rule});
    CHECK(port("99999999999999999999").error().code == Errc::number_too_large);
    CHECK(port("").error().code == Errc::unexpected_end);
    CHECK(port("+5060").error().code == Errc::unexpected_byte);
    CHECK(port("+5060").error().offset == 10);
    CHECK(std::string_view(port("x").error().rule) == "RFC 3261 §25.1 port");
}
