#include "almon/sim/nat.hpp"

#include <doctest/doctest.h>

#include "almon/sim/test_network.hpp"
#include "almon/sim/world.hpp"

using namespace almon;
using namespace almon::sim;
using namespace std::chrono_literals;

namespace {

const auto proxy = endpoint("192.0.2.1:5060"), stranger = endpoint("192.0.2.9:5060");
const auto alice = endpoint("10.0.0.2:5060"), bob = endpoint("10.0.0.3:5060");
constexpr Instant start(1h);

struct Home : World {
    explicit Home(sip::Transport transport)
        : World(1), exchange(World::server()), alice(phone(exchange, "alice", transport, nat())) {}
    bool is_registered() {
        alice.registers();
        return run_until([this] { return alice.is_registered(); }, 10s);
    }
    Server& exchange;
    Phone& alice;
};

}  // namespace

TEST_CASE("a port inside is one port outside, whoever is sent to, and another one for each host") {
    Nat nat(*base::IpAddress::parse("192.0.2.50"));
    const auto seen = nat.outside(alice, proxy, start);
    CHECK(seen.address == nat.address());
    CHECK(nat.outside(alice, stranger, start) == seen);
    CHECK(nat.outside(bob, proxy, start).port != seen.port);
}

TEST_CASE("in comes what comes from where something was sent to, for five minutes") {
    Nat nat(*base::IpAddress::parse("192.0.2.50"));
    const auto port = nat.outside(alice, proxy, start).port;
    CHECK(nat.inside(port, proxy, start + 5min) == alice);
    CHECK_FALSE(nat.inside(port, stranger, start));
    CHECK_FALSE(nat.inside(static_cast<std::uint16_t>(port + 1), proxy, start));
    CHECK_FALSE(nat.inside(port, proxy, start + 301s));
    CHECK(nat.outside(alice, proxy, start + 301s).port != port);
}

TEST_CASE("a NAT that was switched off and on knows nobody") {
    Nat nat(*base::IpAddress::parse("192.0.2.50"));
    const auto port = nat.outside(alice, proxy, start).port;
    nat.forgets();
    CHECK_FALSE(nat.inside(port, proxy, start));
    CHECK(nat.outside(alice, proxy, start).port != port);
}

TEST_CASE("a phone behind a NAT registers, calls, talks and hangs up, over each transport (RFC 3581)") {
    for (const auto transport : {sip::Transport::udp, sip::Transport::tcp}) {
        Home home(transport);
        auto& bob = home.phone(home.exchange, "bob");
        bob.registers();
        REQUIRE(home.is_registered());
        home.run_for(1s);
        home.alice.calls("bob");
        home.run_for(3s);
        INFO(home.trace().ladder());
        CHECK(home.alice.call(0).state == Call::State::talking);
        CHECK(bob.call(0).is_confirmed);
        home.alice.hangs_up(0);
        home.run_for(1s);
        CHECK(bob.call(0).state == Call::State::over);
        CHECK(home.rules().broken().empty());
    }
}

TEST_CASE("a phone behind a NAT is called and hung up, whatever address its Contact names") {
    for (const auto transport : {sip::Transport::udp, sip::Transport::tcp}) {
        Home home(transport);
        auto& caller = home.phone(home.exchange, "bob");
        REQUIRE(home.is_registered());
        const auto call = caller.calls("alice");
        home.run_for(3s);
        INFO(home.trace().ladder());
        CHECK(caller.call(call).state == Call::State::talking);
        CHECK(home.alice.call(0).is_confirmed);
        caller.hangs_up(call);
        home.run_for(1s);
        CHECK(home.alice.call(0).state == Call::State::over);
    }
}

TEST_CASE("when its NAT has forgotten the ports a phone over UDP is not called until it registers again") {
    Home home(sip::Transport::udp);
    auto& caller = home.phone(home.exchange, "bob");
    REQUIRE(home.is_registered());
    home.network().forget_ports(home.network().nat_of(home.alice.address().address)->address());
    caller.hangs_up(caller.calls("alice"));
    home.run_for(3s);
    CHECK(home.alice.calls().empty());
    REQUIRE(home.is_registered());
    home.run_for(70s);
    caller.calls("alice");
    home.run_for(3s);
    CHECK(home.alice.calls().size() == 1);
}

TEST_CASE("a NAT that forgets its ports ends the streams through it; the phone registers by a new one") {
    for (const auto transport : {sip::Transport::udp, sip::Transport::tcp}) {
        Home home(transport);
        REQUIRE(home.is_registered());
        home.network().forget_ports(home.network().nat_of(home.alice.address().address)->address());
        home.run_for(1s);
        CHECK(home.alice.streams_lost() == (transport == sip::Transport::tcp ? 1 : 0));
        REQUIRE(home.is_registered());
    }
}
