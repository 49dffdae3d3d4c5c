#include "almon/sim/ceilings.hpp"

#include <doctest/doctest.h>

#include <array>
#include <map>

#include "almon/sim/world.hpp"

using namespace almon;
using namespace almon::sim;
using namespace std::chrono_literals;

namespace {

using Counts = std::map<std::string_view, std::size_t>;

// The sums over all shards.
Counts counts_of(const Server& server) {
    Counts counts;
    for (const auto& table : tables_of(server)) counts[table.name] += table.count;
    return counts;
}

// The most that there ever is of each while it calls, registers and hangs up; never beyond a ceiling.
Counts most_of(World& world, const Server& server, Duration time) {
    Counts most;
    const auto look = [&] {
        for (const auto& [name, count] : counts_of(server)) most[name] = std::max(most[name], count);
        return false;
    };
    (void)world.run_until(look, time);
    CHECK(world.ceilings().broken().empty());
    return most;
}

}  // namespace

TEST_CASE("a table may be as full as its ceiling, and one more is told with its name, count and limit") {
    const auto told = [](std::size_t count) {
        const std::array tables{Table{"letters", 0, 0, "none"}, Table{"bindings", count, 4, "limits::them"}};
        return beyond_ceiling("example.com", tables);
    };
    CHECK_FALSE(told(4));
    CHECK(told(5) == "example.com has 5 bindings, and 4 is the most: limits::them");
}

TEST_CASE("when all is over each table is empty but those that last") {
    const std::array tables{Table{"letters", 0, 9, ""}, Table{"timers", 2, 9, ""},
                            Table{"nonce windows", 3, 9, "", true}};
    CHECK(left_in("example.com", tables) ==
          std::vector<std::string>{"example.com has 2 timers left when all is over"});
}

TEST_CASE("a call through the server is seen in its tables, and leaves nothing there") {
    World world(1);
    auto& server = world.server();
    auto& alice = world.phone(server, "alice");
    auto& bob = world.phone(server, "bob", sip::Transport::tcp);
    alice.registers(), bob.registers();
    world.run_for(1s);
    CHECK(counts_of(server)["bindings"] == 2);
    CHECK(counts_of(server)["peers with a connection"] == 1);
    alice.calls("bob");
    const auto most = most_of(world, server, 2s);
    for (const auto* name : {"server transactions", "client transactions", "INVITEs in progress",
                             "response contexts", "branches", "timers", "nonce windows", "streams"}) {
        CAPTURE(name);
        CHECK(most.at(name) > 0);
    }
    alice.hangs_up(0);
    alice.unregisters(), bob.unregisters();
    world.run_for(70s);
    bob.loses_its_streams();
    world.run_for(1s);
    CHECK(left_in("", tables_of(server)) == std::vector<std::string>{});
}

TEST_CASE("a crowd fills the tables of a cramped server to their ceilings, and not beyond") {
    World world(1);
    auto& server = world.server({.shards = 1,
                                 .commit_time = 200ms,
                                 .policy = {.bindings_per_aor = 2, .pending_commits = 2, .nonce_windows = 3},
                                 .transactions = 6});
    for (int i = 0; i < 4; ++i) world.phone(server, "alice").registers();
    for (const auto* user : {"bob", "carol", "dave"}) world.phone(server, user).registers();
    const auto most = most_of(world, server, 30s);
    CHECK(most.at("server transactions") == 6);
    CHECK(most.at("pending changes") == 2);
    CHECK(most.at("nonce windows") == 3);
    CHECK(most.at("bindings") > most.at("addresses-of-record"));
}

TEST_CASE("a server that is down has no tables") {
    World world(1);
    auto& server = world.server();
    CHECK_FALSE(tables_of(server).empty());
    world.crash(server);
    CHECK(tables_of(server).empty());
}

TEST_CASE("every step of a world is looked at, and the first table that is beyond its ceiling is told once") {
    World world(1);
    auto& busy = world.server({.domain = "example.com"});
    auto& idle = world.server({.domain = "example.net"});
    world.phone(busy, "alice").registers();
    // A turn that leaves something: no server does, so the test lays it there.
    auto& node = const_cast<server::Node&>(idle.node(0));
    node.outbox().send({}, "left");
    world.run_for(1s);
    CHECK(world.ceilings().broken() ==
          std::vector<std::string>{
              "example.net has 4 octets in the outbox, and 0 is the most: what a turn leaves"});
}
