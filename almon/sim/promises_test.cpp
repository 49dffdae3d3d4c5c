#include "almon/sim/promises.hpp"

#include <doctest/doctest.h>

#include "almon/sim/world.hpp"

using namespace almon;
using namespace almon::sim;
using namespace std::chrono_literals;
using Sentences = std::vector<std::string>;

namespace {

// A server and one registered phone; what the server does must be said to `promises`.
struct Hamlet : World {
    Hamlet()
        : World(1), exchange(server({.policy = {.max_expires = 120s}})), alice(phone(exchange, "alice")) {
        alice.registers(60s);
        run_for(1s);
        REQUIRE(alice.is_registered());
    }
    Sentences broken() { return promises.broken({{&alice, &exchange}}, "now"); }
    void calendar_jumps(std::chrono::milliseconds by) {
        exchange.calendar_jumps(by);
        promises.calendar_jumps(exchange, by);
    }
    void starts() {
        exchange.start();
        promises.has_started(exchange);
    }
    // Another server, of the same name, that has never heard of alice.
    Sentences broken_by_a_stranger() {
        auto& stranger = server();
        return promises.broken({{&alice, &stranger}}, "now");
    }

    Server& exchange;
    Phone& alice;
    Promises promises{clock(), 60s};
};

const Sentences lost{"the binding of sip:alice@192.0.2.2:5060 is lost now"};

}  // namespace

TEST_CASE("what was acknowledged must be bound") {
    Hamlet hamlet;
    CHECK(hamlet.broken().empty());
    CHECK(hamlet.broken_by_a_stranger() == lost);
}

TEST_CASE("of a server that is down, or while a REGISTER is on its way, nobody can say anything") {
    Hamlet hamlet;
    hamlet.crash(hamlet.exchange);
    CHECK(hamlet.broken().empty());
    hamlet.alice.registers(60s);
    CHECK(hamlet.broken_by_a_stranger().empty());
}

TEST_CASE("what was taken back must not be bound") {
    Hamlet hamlet;
    hamlet.alice.unregisters();
    hamlet.run_for(1s);
    CHECK(hamlet.broken().empty());
    // Her other phone, at the same address: it binds what she has taken back.
    Phone twin(9, hamlet.network(), hamlet.clock(), const_cast<Trace&>(hamlet.trace()),
               {.user = "alice",
                .password = "secret of alice",
                .domain = "example.com",
                .address = hamlet.alice.address(),
                .server = hamlet.exchange.address()});
    twin.registers();
    hamlet.run_for(1s);
    CHECK(hamlet.broken() == Sentences{"the removed binding of sip:alice@192.0.2.2:5060 is there now"});
}

TEST_CASE("a calendar that goes forward while the server is down is the one excuse for a lost binding") {
    Hamlet hamlet;
    hamlet.crash(hamlet.exchange);
    hamlet.calendar_jumps(10min);
    hamlet.starts();
    CHECK(hamlet.exchange.bindings("alice").empty());
    CHECK(hamlet.broken().empty());
    hamlet.run_for(60s);
    CHECK(hamlet.alice.is_registered());
    CHECK(hamlet.broken_by_a_stranger() == lost);
}

TEST_CASE("a calendar that is set while the server is up excuses nothing, and a crash loses nothing") {
    for (const auto by : {24h, -24h}) {
        Hamlet hamlet;
        hamlet.calendar_jumps(by);
        hamlet.exchange.advance();
        hamlet.run_for(100ms);
        hamlet.crash(hamlet.exchange);
        hamlet.starts();
        CHECK(hamlet.broken().empty());
        CHECK(hamlet.exchange.bindings("alice").size() == 1);
    }
}

TEST_CASE("a binding ends when its time is over, or when what a wrong calendar has made of it is") {
    for (const auto back : {0h, 1h}) {
        CAPTURE(back);
        Hamlet hamlet;
        hamlet.cut_off(hamlet.alice.address().address);
        hamlet.crash(hamlet.exchange);
        hamlet.calendar_jumps(-back);
        hamlet.starts();
        hamlet.run_for(61s);
        CHECK(hamlet.exchange.bindings("alice").size() == (back == 0h ? 0 : 1));
        hamlet.run_for(60s);
        CHECK(hamlet.exchange.bindings("alice").empty());
        CHECK(hamlet.broken().empty());
    }
}

TEST_CASE("a binding that outlives its time is told of") {
    Hamlet hamlet;
    Promises impatient(hamlet.clock(), -100s);
    hamlet.run_for(10s);
    CHECK(impatient.broken({{&hamlet.alice, &hamlet.exchange}}, "now") ==
          Sentences{"the binding of sip:alice@192.0.2.2:5060 outlives its time now"});
}
