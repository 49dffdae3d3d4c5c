#include "almon/sim/world.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace almon;
using namespace almon::sim;
using namespace std::chrono_literals;
using State = Call::State;

namespace {

// One server with two registered phones.
struct Town : World {
    explicit Town(std::uint64_t seed = 1, sip::Transport transport = sip::Transport::udp)
        : World(seed),
          exchange(server()),
          alice(phone(exchange, "alice", transport)),
          bob(phone(exchange, "bob", transport)) {
        alice.registers();
        bob.registers();
        run_for(1s);
        REQUIRE(alice.is_registered());
        REQUIRE(bob.is_registered());
    }
    // All is over, and nothing is left of it.
    void check_quiet() {
        alice.unregisters();
        bob.unregisters();
        run_for(70s);
        INFO(trace().ladder());
        CHECK(exchange.load().is_zero());
        CHECK(rules().broken().empty());
        CHECK(ceilings().broken().empty());
    }
    // How often a message with this start was sent from here to there.
    std::size_t count(std::string_view start, std::string_view from, std::string_view to) const {
        std::size_t count = 0;
        for (const auto& line : trace().lines())
            count += line.from == from && line.to == to && line.first_line.starts_with(start);
        return count;
    }

    Server& exchange;
    Phone &alice, &bob;
};

}  // namespace

TEST_CASE("two phones register, call, talk and hang up, over each transport") {
    for (const auto transport : {sip::Transport::udp, sip::Transport::tcp}) {
        Town town(1, transport);
        town.alice.calls("bob");
        town.run_for(3s);
        INFO(town.trace().ladder());
        REQUIRE(town.bob.calls().size() == 1);
        CHECK(town.alice.call(0).state == State::talking);
        CHECK(town.bob.call(0).state == State::talking);
        CHECK(town.bob.call(0).is_confirmed);
        town.bob.hangs_up(0);
        town.run_for(1s);
        CHECK(town.alice.call(0).state == State::over);
        town.check_quiet();
    }
}

TEST_CASE("one seed gives one run, octet for octet, and another seed another") {
    const auto fingerprint = [](std::uint64_t seed) {
        Town town(seed);
        town.network().quality = {.loss = 0.2, .duplication = 0.1, .most_delay = 300ms};
        town.alice.calls("bob");
        town.run_for(60s);
        return town.trace().fingerprint();
    };
    CHECK(fingerprint(5) == fingerprint(5));
    CHECK(fingerprint(5) != fingerprint(6));
}

TEST_CASE("a caller who hangs up while it rings stops the ringing: CANCEL, 487, ACK") {
    Town town;
    town.bob.when_called = {.answer = 0};
    town.alice.calls("bob");
    town.run_for(2s);
    CHECK(town.alice.call(0).has_rung);
    town.alice.hangs_up(0);
    town.run_for(2s);
    INFO(town.trace().ladder());
    CHECK(town.alice.call(0).status == 487);
    CHECK(town.bob.call(0).status == 487);
    CHECK(town.count("CANCEL", "alice", "example.com") == 1);
    CHECK(town.count("CANCEL", "example.com", "bob") == 1);
    CHECK(town.count("ACK", "example.com", "bob") == 1);
    town.check_quiet();
}

TEST_CASE("a callee who declines, is busy or answers with anything else is heard by the caller") {
    for (const auto status : std::array<std::uint16_t, 4>{486, 603, 302, 480}) {
        Town town;
        town.bob.when_called = {.ring_for = 0s, .answer = status};
        town.alice.calls("bob");
        town.run_for(2s);
        CHECK(town.alice.call(0).status == status);
        town.check_quiet();
    }
}

TEST_CASE("nobody answers: Timer C ends it with 408 after three minutes, and the phone stops ringing") {
    Town town;
    town.bob.when_called = {.answer = 0};
    town.alice.calls("bob");
    town.run_for(179s);
    CHECK(town.alice.call(0).state == State::ringing);
    town.run_for(20s);
    INFO(town.trace().ladder());
    CHECK(town.alice.call(0).status == 408);
    CHECK(town.bob.call(0).status == 487);
    town.check_quiet();
}

TEST_CASE("two phones of one user ring, one answers, the other stops") {
    Town town;
    auto& desk = town.phone(town.exchange, "bob");
    desk.registers();
    town.run_for(1s);
    CHECK(town.exchange.bindings("bob").size() == 2);
    town.bob.when_called = {.ring_for = 3s};
    desk.when_called = {.ring_for = 1s};
    town.alice.calls("bob");
    town.run_for(5s);
    INFO(town.trace().ladder());
    CHECK(desk.call(0).state == State::talking);
    CHECK(town.bob.call(0).status == 487);
    CHECK(town.alice.call(0).state == State::talking);
    desk.unregisters();
    town.check_quiet();
}

TEST_CASE("a user whom nobody has bound is 480, one whom nobody knows 404") {
    Town town;
    town.bob.unregisters();
    town.run_for(1s);
    town.alice.calls("bob");
    town.alice.calls("carol");
    town.run_for(1s);
    CHECK(town.alice.call(0).status == 480);
    CHECK(town.alice.call(1).status == 404);
    town.check_quiet();
}

TEST_CASE("a binding that nobody refreshes ends when it was said to end") {
    Town town;
    town.network().cut_off(town.bob.address().address);
    town.run_for(35s);
    CHECK(town.exchange.bindings("bob").size() == 1);
    town.run_for(30s);
    CHECK(town.exchange.bindings("bob").empty());
    town.network().reconnect(town.bob.address().address);
    town.run_for(20s);
    CHECK(town.exchange.bindings("bob").size() == 1);
}

TEST_CASE("a refreshed binding stays for hours") {
    Town town;
    town.run_for(2h);
    CHECK(town.exchange.bindings("bob") == std::set<std::string>{town.bob.contact()});
    CHECK(town.bob.is_registered());
    town.check_quiet();
}

TEST_CASE("a wrong password is never registered") {
    Town town;
    town.exchange.add_user("bob", "another");
    town.bob.registers();
    town.run_for(1s);
    CHECK(town.bob.register_status() == 401);
}

TEST_CASE("a crash between registration and call loses no registration") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        CAPTURE(seed);
        Town town(seed);
        town.crash(town.exchange);
        town.exchange.start();
        CHECK(town.exchange.bindings("bob") == std::set<std::string>{town.bob.contact()});
        town.alice.calls("bob");
        town.run_for(3s);
        INFO(town.trace().ladder());
        CHECK(town.alice.call(0).state == State::talking);
        town.alice.hangs_up(0);
        town.check_quiet();
    }
}

TEST_CASE("a call that was up before a crash is hung up after it: the signed route still holds") {
    Town town;
    town.alice.calls("bob");
    town.run_for(3s);
    town.crash(town.exchange);
    town.run_for(1s);
    town.exchange.start();
    town.bob.hangs_up(0);
    town.run_for(1s);
    INFO(town.trace().ladder());
    CHECK(town.alice.call(0).state == State::over);
    town.check_quiet();
}

TEST_CASE("a binding that was taken back stays away over a crash") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        CAPTURE(seed);
        Town town(seed);
        town.bob.unregisters();
        REQUIRE(town.run_until([&] { return !town.bob.is_registering(); }, 5s));
        town.crash(town.exchange);
        town.exchange.start();
        CHECK(town.exchange.bindings("bob").empty());
    }
}

TEST_CASE("users of two domains call each other through both servers, and both may crash in between") {
    World world(1);
    std::vector<Phone*> phones;
    std::vector<Server*> servers;
    for (const auto* domain : {"example.com", "example.net"}) {
        servers.push_back(
            &world.server({.domain = domain, .policy = {.inbound = server::Inbound::local_users}}));
        phones.push_back(&world.phone(*servers.back(), domain[8] == 'c' ? "alice" : "dave"));
        phones.back()->registers();
    }
    auto &alice = *phones[0], &dave = *phones[1];
    world.run_for(1s);
    alice.calls("sip:dave@" + base::printed(servers[1]->address().address));
    world.run_for(3s);
    for (auto* server : servers) {
        world.crash(*server);
        server->start();
    }
    INFO(world.trace().ladder());
    REQUIRE(dave.calls().size() == 1);
    CHECK(dave.call(0).is_confirmed);
    dave.hangs_up(0);
    world.run_for(1s);
    CHECK(alice.call(0).state == State::over);
    CHECK_FALSE(dave.call(0).is_bye_lost);
    CHECK(world.rules().broken().empty());
}

TEST_CASE("a world that does not come to rest says so instead of running for ever") {
    World world(1);
    auto& server = world.server();
    auto& alice = world.phone(server, "alice");
    const auto flood = [&] {
        for (int i = 0; i < 30'000; ++i) world.network().send(alice.address(), server.address(), "\r\n\r\n");
    };
    CHECK_THROWS_AS(flood(), Livelock);
}

TEST_CASE("a full disk refuses registrations with 503, and calls to those who are bound go on") {
    Town town;
    town.exchange.disk().faults.capacity_octets = 0;
    auto& carol = town.phone(town.exchange, "carol");
    carol.registers();
    town.alice.calls("bob");
    town.run_for(3s);
    CHECK(carol.register_status() == 503);
    CHECK(town.alice.call(0).state == State::talking);
    town.exchange.disk().faults = {};
    town.run_for(10s);
    CHECK(carol.is_registered());
}

TEST_CASE("with a third of all datagrams lost, calls come about all the same") {
    int talked = 0;
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        CAPTURE(seed);
        Town town(seed);
        town.network().quality = {.loss = 0.33, .duplication = 0.1, .most_delay = 200ms};
        town.alice.calls("bob");
        town.run_for(40s);
        talked += town.alice.call(0).state == State::talking && town.bob.call(0).state == State::talking;
        town.alice.hangs_up(0);
        town.network().quality = {};
        town.run_for(40s);
        CHECK(town.alice.call(0).state == State::over);
        CHECK(town.rules().broken().empty());
    }
    CHECK(talked >= 27);
}
