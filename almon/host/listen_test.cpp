#include "almon/host/listen.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace almon;
using host::parse_listen;

namespace {

std::string refusal(std::string_view text) {
    const auto listen = parse_listen(text);
    return listen ? "accepted" : listen.error();
}

}  // namespace

TEST_CASE("a place to listen at is a transport, an address and a port") {
    const auto udp = parse_listen("udp:192.0.2.1:5060");
    REQUIRE(udp.has_value());
    CHECK(*udp == host::Listen{sip::Transport::udp, *base::Endpoint::parse("192.0.2.1:5060")});
    const auto tcp = parse_listen("TCP:[2001:db8::1]:5070");
    REQUIRE(tcp.has_value());
    CHECK(*tcp == host::Listen{sip::Transport::tcp, *base::Endpoint::parse("[2001:db8::1]:5070")});
    CHECK(parse_listen("udp:0.0.0.0:0")->endpoint.address.is_unspecified());
    CHECK(parse_listen("udp:[::]:5060").has_value());
}

TEST_CASE("every transport of SIP can be listened on, and no other") {
    for (const auto* text : {"", "udp", "127.0.0.1:5060", "sctp:127.0.0.1:5060", ":127.0.0.1:5060"})
        CHECK(refusal(text) ==
              "`" + std::string(text) + "` is no place to listen at; write one such as udp:127.0.0.1:5060");
    for (const auto* text : {"tls:127.0.0.1:5061", "ws:127.0.0.1:80", "wss:127.0.0.1:443"})
        CHECK(parse_listen(text).has_value());
}

TEST_CASE("an address without a port, or with a name or a bad number, is refused") {
    for (const auto* text : {"udp:", "udp:127.0.0.1", "udp:localhost:5060", "udp:127.0.0.1:65536",
                             "udp:127.0.0.1:", "udp:127.0.0.1:-1", "udp:127.0.0.1:5060 ", "udp:::1:5060",
                             "udp:[127.0.0.1]:5060"})
        CHECK(refusal(text) == "`" + std::string(text) +
                                   "` needs an address and a port, such as 127.0.0.1:5060 or [::1]:5060");
}

TEST_CASE("a place is one endpoint, and all addresses are one for each of this machine") {
    const auto one = parse_listen("udp:192.0.2.1:5060").value();
    CHECK(host::endpoints_of(one).value() == std::vector{one.endpoint});
    const auto all = host::endpoints_of(parse_listen("udp:0.0.0.0:5070").value()).value();
    CHECK(std::ranges::count(all, *sip::Endpoint::parse("127.0.0.1:5070")) == 1);
    for (const auto& endpoint : all) CHECK_FALSE(endpoint.address.is_unspecified());
}

TEST_CASE("who was told no domain is known by the addresses, those of the loopback last") {
    std::vector<stack::Listener> listeners;
    for (const auto* at : {"127.0.0.1:5060", "192.0.2.1:5060", "192.0.2.1:5070", "[2001:db8::1]:5060"})
        listeners.push_back({sip::Transport::udp, *sip::Endpoint::parse(at), at});
    CHECK(host::domains_of(listeners) == std::vector<std::string>{"192.0.2.1", "[2001:db8::1]", "127.0.0.1"});
}
