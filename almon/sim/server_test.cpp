#include "almon/sim/server.hpp"

#include <doctest/doctest.h>

#include "almon/sim/world.hpp"

using namespace almon;
using namespace almon::sim;
using namespace std::chrono_literals;
using State = Call::State;
using Contacts = std::set<std::string>;

namespace {

// One server and a phone with an account there.
struct Village : World {
    explicit Village(std::uint64_t seed = 1, ServerOptions options = {},
                     sip::Transport transport = sip::Transport::udp)
        : World(seed), exchange(server(std::move(options))), alice(phone(exchange, "alice", transport)) {}
    void registers(Phone& phone) {
        phone.registers();
        REQUIRE(run_until([&] { return phone.is_registered(); }, 10s));
    }

    Server& exchange;
    Phone& alice;
};

}  // namespace

TEST_CASE("a binding is there, and its 200 leaves, when the commit is durable and not before") {
    Village village(1, {.commit_time = 2s});
    village.alice.registers();
    village.run_for(1'900ms);
    CHECK(village.alice.is_registering());
    CHECK(village.exchange.bindings("alice").empty());
    CHECK(village.exchange.load().commits == 1);
    village.run_for(200ms);
    CHECK(village.alice.is_registered());
    CHECK(village.exchange.bindings("alice") == Contacts{village.alice.contact()});
    CHECK(village.exchange.load().commits == 0);
}

TEST_CASE("a crash takes a commit that is under way as a whole or not at all, and nobody was promised it") {
    std::size_t kept = 0, lost = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        Village village(seed, {.commit_time = 2s});
        village.alice.registers();
        village.run_for(1s);
        village.crash(village.exchange);
        village.exchange.start();
        CHECK_FALSE(village.alice.is_registered());
        const auto bindings = village.exchange.bindings("alice");
        kept += bindings == Contacts{village.alice.contact()};
        lost += bindings.empty();
    }
    CHECK(kept + lost == 60);
    CHECK(kept > 0);
    CHECK(lost > 0);
}

TEST_CASE("what was committed outlives any number of crashes, however long the journal was") {
    Village village;
    for (int i = 0; i < 100; ++i) {
        village.alice.registers();
        village.run_for(100ms);
    }
    for (int i = 0; i < 3; ++i) {
        village.crash(village.exchange);
        village.exchange.start();
        CHECK(village.exchange.bindings("alice") == Contacts{village.alice.contact()});
    }
}

TEST_CASE("a relaxed server loses its last seconds with its power, never what was dated anew before") {
    std::size_t lost = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        for (const auto by : {0h, 24h, -24h}) {
            CAPTURE(seed);
            CAPTURE(by.count());
            Village village(seed, {.durability = store::Durability::relaxed});
            village.registers(village.alice);
            if (by != 0h) village.exchange.calendar_jumps(by);
            village.exchange.advance();
            village.run_for(200ms);
            village.crash(village.exchange);
            village.exchange.start();
            const bool is_bound = village.exchange.bindings("alice").contains(village.alice.contact());
            if (by == 0h) lost += !is_bound;
            if (by != 0h) CHECK(is_bound);
        }
    }
    CHECK(lost > 0);
}

TEST_CASE("a binding that a crash has kept ends when it was said to end") {
    Village village;
    village.registers(village.alice);
    village.network().cut_off(village.alice.address().address);
    village.crash(village.exchange);
    village.run_for(25s);
    village.exchange.start();
    CHECK(village.exchange.bindings("alice").size() == 1);
    village.run_for(40s);
    CHECK(village.exchange.bindings("alice").empty());
}

TEST_CASE("a server that is down keeps nothing in memory, wants nothing, and hears nothing") {
    Village village;
    village.alice.calls("alice");
    village.run_for(100ms);
    CHECK_FALSE(village.exchange.load().is_zero());
    village.crash(village.exchange);
    CHECK_FALSE(village.exchange.is_up());
    CHECK(village.exchange.load().is_zero());
    CHECK_FALSE(village.exchange.deadline());
    village.alice.registers();
    village.run_for(1s);
    CHECK(village.alice.is_registering());
    village.exchange.start();
    village.run_for(5s);
    CHECK(village.alice.is_registered());
}

TEST_CASE("an account that is added while the server is down is known when it is up again") {
    Village village;
    village.crash(village.exchange);
    auto& bob = village.phone(village.exchange, "bob");
    village.exchange.start();
    village.registers(bob);
    CHECK(village.exchange.bindings("bob") == Contacts{bob.contact()});
}

TEST_CASE("a crash breaks the streams; the phones connect again and are called over the new ones") {
    Village village(1, {}, sip::Transport::tcp);
    auto& bob = village.phone(village.exchange, "bob", sip::Transport::tcp);
    village.registers(village.alice);
    village.registers(bob);
    village.crash(village.exchange);
    village.run_for(1s);
    CHECK(village.alice.streams_lost() == 1);
    village.exchange.start();
    village.run_for(60s);
    village.alice.calls("bob");
    village.run_for(5s);
    CHECK(bob.call(0).state == State::talking);
}

TEST_CASE("a call comes about however many shards there are, and leaves none of them anything to keep") {
    for (const auto shards : std::initializer_list<std::uint16_t>{1, 2, 3, 8}) {
        for (const auto transport : {sip::Transport::udp, sip::Transport::tcp}) {
            CAPTURE(shards);
            Village village(shards, {.shards = shards}, transport);
            auto& bob = village.phone(village.exchange, "bob", transport);
            village.registers(village.alice);
            village.registers(bob);
            village.alice.calls("bob");
            village.run_for(500ms);
            CHECK(village.exchange.load().contexts == 1);
            village.run_for(5s);
            CHECK(village.alice.call(0).state == State::talking);
            village.alice.hangs_up(0);
            village.alice.unregisters();
            bob.unregisters();
            village.run_for(70s);
            INFO(village.trace().ladder());
            CHECK(bob.call(0).state == State::over);
            CHECK(village.exchange.load().is_zero());
        }
    }
}

TEST_CASE("a server may crash between any two packets of a turn, and what it still had to send is not sent") {
    Village village;
    auto& bob = village.phone(village.exchange, "bob");
    village.registers(village.alice);
    village.registers(bob);
    village.alice.calls("bob");
    // 407, then INVITE and 100, or the other way round.
    CHECK(village.crash_after(village.exchange, 2, 5s));
    CHECK_FALSE(village.exchange.is_up());
    const auto sent_by_exchange = [](const Trace::Line& line) {
        return line.from == "example.com" && !line.cseq.ends_with("REGISTER");
    };
    const auto& lines = village.trace().lines();
    CHECK(std::count_if(lines.begin(), lines.end(), sent_by_exchange) == 2);
    village.exchange.start();
    CHECK(village.exchange.bindings("bob").size() == 1);
}

TEST_CASE("a crash that waits for more packets than are sent comes when the time is over") {
    Village village;
    CHECK_FALSE(village.crash_after(village.exchange, 2, 1s));
    CHECK_FALSE(village.exchange.is_up());
    village.exchange.start();
    village.registers(village.alice);
}

TEST_CASE("what comes over a stream that the server has opened is answered at once, as all else is") {
    Village village(1, {}, sip::Transport::tcp);
    auto& bob = village.phone(village.exchange, "bob");
    village.registers(village.alice);
    village.registers(bob);
    village.alice.loses_its_streams();
    village.run_for(1s);
    village.alice.when_called = {.ring_for = 0s};
    bob.calls("alice");
    village.run_for(100ms);
    INFO(village.trace().ladder());
    CHECK(bob.call(0).state == State::talking);
}

TEST_CASE("a user whom nobody knows has no bindings") {
    const Village village;
    CHECK(village.exchange.bindings("nobody").empty());
}
