// A town of your own, whole: docs/simulation.md tells of it. Add it to a program that links almon::sim.
#include <doctest/doctest.h>

#include "almon/sim/world.hpp"

using namespace almon;
using namespace std::chrono_literals;

TEST_CASE("bob is called while his network is down, and again when it is back") {
    sim::World world(/*seed*/ 1);
    auto& server = world.server({.domain = "example.com"});
    auto& alice = world.phone(server, "alice");
    auto& bob = world.phone(server, "bob", sip::Transport::tcp);

    alice.registers();
    bob.registers();
    REQUIRE(world.run_until([&] { return alice.is_registered() && bob.is_registered(); }, 5s));

    // A tenth of all datagrams gets lost, and bob's house is off the net.
    world.network().quality = {.loss = 0.1, .most_delay = 200ms};
    world.cut_off(bob.address().address);
    const auto first = alice.calls("bob");
    world.run_for(10s);
    CHECK_FALSE(alice.call(first).has_rung);
    alice.hangs_up(first);

    // He is back; the server loses its power, and remembers him all the same.
    world.reconnect(bob.address().address);
    world.crash(server);
    server.start();
    world.run_for(70s);
    bob.when_called = {.ring_for = 2s, .answer = 200};
    const auto second = alice.calls("bob");
    world.run_for(20s);

    INFO(world.trace().ladder(alice.call(second).call_id));
    CHECK(alice.call(second).state == sim::Call::State::talking);
    CHECK(world.rules().broken().empty());
}
