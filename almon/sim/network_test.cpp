#include "almon/sim/network.hpp"

#include <algorithm>

#include "almon/sim/test_network.hpp"

using namespace almon;
using namespace almon::sim;
using namespace std::chrono_literals;

namespace {

using Heard = std::vector<std::string>;

// Two stations, and what one says to the other.
struct Pair : TestNetwork {
    explicit Pair(Quality wanted = {}, std::uint64_t seed = 1) : TestNetwork(seed) {
        network.quality = wanted;
    }
    // Numbered datagrams, all in one moment.
    const Heard& send(int count) {
        for (int i = 0; i < count; ++i) here.send(there, std::to_string(i));
        run_for(10s);
        return there.heard;
    }
    // A stream from here to there, open.
    StreamEnd open() {
        const auto end = here.connect(there.address);
        run_for(10s);
        REQUIRE(here.heard == Heard{"(opened)"});
        REQUIRE(there.heard == Heard{"(opened)"});
        here.heard.clear(), there.heard.clear();
        return end;
    }

    Ear here{*this, "192.0.2.1:5060"}, there{*this, "192.0.2.2:5060"};
};

Heard numbers(int count) {
    Heard all;
    for (int i = 0; i < count; ++i) all.push_back(std::to_string(i));
    return all;
}

}  // namespace

// --- Datagrams.

TEST_CASE("a good network delivers each datagram once, in order, after its delay") {
    Pair pair({.least_delay = 20ms, .most_delay = 20ms});
    const auto sent = pair.clock.now();
    CHECK(pair.send(100) == numbers(100));
    CHECK(pair.there.last_from == pair.here.address);
    const auto is_late = [&](Instant when) { return when != sent + 20ms; };
    CHECK(std::none_of(pair.there.times.begin(), pair.there.times.end(), is_late));
    CHECK(pair.here.heard.empty());
}

TEST_CASE("what is sent to an address where nobody is gets lost, and does no harm") {
    Pair pair;
    pair.network.send(pair.here.address, endpoint("192.0.2.9:5060"), "hello");
    pair.network.send(pair.here.address, endpoint("192.0.2.2:5061"), "hello");
    pair.run_for(1s);
    CHECK(pair.there.heard.empty());
    CHECK_FALSE(pair.network.next());
}

TEST_CASE("datagrams are lost as often as was asked for, and the trace says which") {
    struct Row {
        double loss;
        std::size_t least, most;
    };
    for (const auto& [loss, least, most] : {Row{0, 2'000, 2'000}, {0.25, 1'400, 1'600}, {1, 0, 0}}) {
        CAPTURE(loss);
        Pair pair({.loss = loss});
        const auto arrived = pair.send(2'000).size();
        CHECK(arrived >= least);
        CHECK(arrived <= most);
        const auto& lines = pair.trace.lines();
        const auto is_lost = [](const Trace::Line& line) { return line.fate == Fate::lost; };
        CHECK(std::count_if(lines.begin(), lines.end(), is_lost) == 2'000 - std::ptrdiff_t(arrived));
    }
}

TEST_CASE("datagrams are doubled as often as was asked for") {
    Pair pair({.duplication = 1});
    CHECK(pair.send(2) == Heard{"0", "0", "1", "1"});
    Pair sometimes({.duplication = 0.1});
    const auto arrived = sometimes.send(2'000).size();
    CHECK(arrived >= 2'140);
    CHECK(arrived <= 2'260);
}

TEST_CASE("datagrams with different delays overtake each other, within the limits of the delay") {
    Pair pair({.least_delay = 10ms, .most_delay = 30ms});
    const auto sent = pair.clock.now();
    auto heard = pair.send(100);
    CHECK_FALSE(std::is_sorted(heard.begin(), heard.end(),
                               [](const auto& a, const auto& b) { return std::stoi(a) < std::stoi(b); }));
    CHECK(std::is_permutation(heard.begin(), heard.end(), numbers(100).begin()));
    CHECK(pair.there.times.front() >= sent + 10ms);
    CHECK(pair.there.times.back() <= sent + 30ms);
    CHECK(pair.there.times.back() > sent + 20ms);
}

TEST_CASE("one seed decides all of it, and another seed otherwise") {
    const auto heard = [](std::uint64_t seed) {
        Pair pair({.loss = 0.3, .duplication = 0.3, .most_delay = 50ms}, seed);
        auto all = pair.send(50);
        return std::pair(all, pair.there.times);
    };
    CHECK(heard(5) == heard(5));
    CHECK(heard(5) != heard(6));
}

TEST_CASE("a host that is cut off hears nothing and is not heard, until it is back") {
    Pair pair;
    pair.network.cut_off(pair.there.address.address);
    pair.here.send(pair.there, "in");
    pair.there.send(pair.here, "out");
    pair.run_for(1s);
    CHECK(pair.there.heard.empty());
    CHECK(pair.here.heard.empty());
    pair.network.reconnect(pair.there.address.address);
    CHECK(pair.send(1) == Heard{"0"});
}

TEST_CASE("a datagram that is under way when the host is cut off, or gone, does not arrive") {
    Pair pair({.least_delay = 100ms, .most_delay = 100ms});
    pair.here.send(pair.there, "late");
    pair.run_for(50ms);
    pair.network.cut_off(pair.there.address.address);
    pair.run_for(1s);
    pair.network.reconnect(pair.there.address.address);
    pair.here.send(pair.there, "too late");
    pair.network.detach(pair.there);
    pair.run_for(1s);
    CHECK(pair.there.heard.empty());
}

// --- Streams.

TEST_CASE("who gives up a stream to a host that is cut off leaves nothing behind") {
    Pair pair;
    pair.network.cut_off(pair.there.address.address);
    pair.network.close(pair.here.connect(pair.there.address));
    pair.run_for(5s);
    pair.network.reconnect(pair.there.address.address);
    pair.run_for(70s);
    CHECK(pair.here.heard.empty());
    CHECK(pair.there.heard.empty());
    CHECK_FALSE(pair.network.next());
}

TEST_CASE("a stream opens at both ends and carries both ways, in order whatever the delays") {
    Pair pair({.least_delay = 1ms, .most_delay = 500ms});
    const auto end = pair.open();
    for (const auto& piece : numbers(50)) {
        CHECK(pair.network.write(end, piece));
        CHECK(pair.network.write(pair.there.ends.front(), piece));
    }
    pair.run_for(10s);
    CHECK(pair.there.heard == numbers(50));
    CHECK(pair.here.heard == numbers(50));
}

TEST_CASE("datagrams get lost, what is in a stream does not") {
    Pair pair({.loss = 1, .duplication = 1});
    const auto end = pair.open();
    CHECK(pair.network.write(end, "hello"));
    pair.run_for(1s);
    CHECK(pair.there.heard == Heard{"hello"});
}

TEST_CASE("a stream to nobody never opens and is closed; one to a host that is cut off, after a minute") {
    Pair pair;
    pair.here.connect(endpoint("192.0.2.9:5060"));
    pair.network.cut_off(pair.there.address.address);
    pair.here.connect(pair.there.address);
    pair.run_for(59s);
    CHECK(pair.here.heard == Heard{"(closed)"});
    pair.run_for(2s);
    CHECK(pair.here.heard == Heard{"(closed)", "(closed)"});
    CHECK(pair.there.heard.empty());
}

TEST_CASE("a stream to a host that is cut off opens when that is back in time") {
    Pair pair;
    pair.network.cut_off(pair.there.address.address);
    pair.here.connect(pair.there.address);
    pair.run_for(30s);
    pair.network.reconnect(pair.there.address.address);
    pair.run_for(2s);
    CHECK(pair.here.heard == Heard{"(opened)"});
    CHECK(pair.there.heard == Heard{"(opened)"});
}

TEST_CASE("the other side hears of a closing after what was written before, who closed does not") {
    Pair pair({.least_delay = 1ms, .most_delay = 500ms});
    const auto end = pair.open();
    CHECK(pair.network.write(end, "goodbye"));
    pair.network.close(end);
    CHECK_FALSE(pair.network.write(end, "one more thing"));
    pair.run_for(10s);
    CHECK(pair.there.heard == Heard{"goodbye", "(closed)"});
    CHECK(pair.here.heard.empty());
    CHECK_FALSE(pair.network.write(pair.there.ends.front(), "too late"));
}

TEST_CASE("who closes a stream before it is open leaves no trace at the other side") {
    Pair pair;
    pair.network.close(pair.here.connect(pair.there.address));
    pair.run_for(1s);
    CHECK(pair.here.heard.empty());
    CHECK(pair.there.heard.empty());
}

TEST_CASE("a stream breaks at any octet: its peer hears a beginning of the piece, then both hear the end") {
    std::size_t shortest = 5, longest = 0;
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        CAPTURE(seed);
        Pair pair({}, seed);
        const auto end = pair.open();
        pair.network.quality.stream_break = 1;
        CHECK(pair.network.write(end, "hello"));
        CHECK(pair.trace.lines().back().fate == Fate::broken);
        pair.run_for(1s);
        REQUIRE(pair.there.heard.size() == 2);
        CHECK(std::string_view("hello").starts_with(pair.there.heard[0]));
        CHECK(pair.there.heard[1] == "(closed)");
        CHECK(pair.here.heard == Heard{"(closed)"});
        CHECK_FALSE(pair.network.write(end, "again"));
        shortest = std::min(shortest, pair.there.heard[0].size());
        longest = std::max(longest, pair.there.heard[0].size());
    }
    CHECK(shortest == 0);
    CHECK(longest == 5);
}

TEST_CASE("what is in a stream waits while one of its hosts is cut off, and keeps its order") {
    for (const auto way : {Network::Way::both, Network::Way::from, Network::Way::to}) {
        Pair pair;
        const auto end = pair.open();
        pair.network.cut_off(pair.there.address.address, way);
        CHECK(pair.network.write(end, "one"));
        pair.run_for(3s);
        CHECK(pair.network.write(end, "two"));
        pair.network.close(end);
        pair.run_for(30s);
        CHECK(pair.there.heard.empty());
        pair.network.reconnect(pair.there.address.address);
        pair.run_for(2s);
        CHECK(pair.there.heard == Heard{"one", "two", "(closed)"});
        CHECK_FALSE(pair.network.next());
    }
}

TEST_CASE("a stream that cannot pass anything for a minute ends at both sides") {
    Pair pair;
    const auto end = pair.open();
    pair.network.cut_off(pair.there.address.address);
    pair.network.write(end, "hello");
    pair.run_for(59s);
    CHECK(pair.here.heard.empty());
    pair.run_for(2s);
    CHECK(pair.here.heard == Heard{"(closed)"});
    CHECK(pair.there.heard == Heard{"(closed)"});
    CHECK_FALSE(pair.network.write(end, "again"));
}

TEST_CASE("a host may be cut off one way only: it is not heard, or hears nothing") {
    Pair pair;
    const auto both_speak = [&] {
        pair.here.send(pair.there, "in");
        pair.there.send(pair.here, "out");
        pair.run_for(1s);
        return std::pair(std::exchange(pair.here.heard, {}), std::exchange(pair.there.heard, {}));
    };
    pair.network.cut_off(pair.there.address.address, Network::Way::from);
    CHECK(both_speak() == std::pair(Heard{}, Heard{"in"}));
    pair.network.reconnect(pair.there.address.address);
    pair.network.cut_off(pair.there.address.address, Network::Way::to);
    CHECK(both_speak() == std::pair(Heard{"out"}, Heard{}));
    pair.network.reconnect(pair.there.address.address);
    CHECK(both_speak() == std::pair(Heard{"out"}, Heard{"in"}));
}

TEST_CASE("the streams of a station that is gone break, and nobody calls it any more") {
    Pair pair;
    const auto end = pair.open();
    CHECK(pair.network.write(end, "hello"));
    pair.network.detach(pair.there);
    pair.run_for(1s);
    CHECK(pair.there.heard.empty());
    CHECK(pair.here.heard == Heard{"(closed)"});
}

TEST_CASE("what has come to where it was sent is told of then, a datagram or what was written to a stream") {
    struct Arrivals final : Observer {
        void note(const Passage&) override {}
        void arrived(const Passage& passage) override {
            told.push_back(base::printed(passage.from) + " to " + base::printed(passage.to) + ": " +
                           std::string(passage.octets));
        }
        std::vector<std::string> told;
    } arrivals;
    TestNetwork lab;
    Network network(1, lab.clock, arrivals);
    const auto pass = [&] {
        while (const auto next = network.next()) {
            lab.clock.turn_to(*next);
            network.step();
        }
    };
    Ear alice(lab, "192.0.2.1:5060"), bob(lab, "192.0.2.2:5060");
    network.attach(bob.address, bob);
    network.send(alice.address, bob.address, "datagram");
    const auto stream = network.connect(alice, alice.address, bob.address);
    pass();
    network.write(stream, "piece");
    pass();
    REQUIRE(arrivals.told.size() == 2);
    CHECK(arrivals.told[0] == "192.0.2.1:5060 to 192.0.2.2:5060: datagram");
    CHECK(arrivals.told[1].starts_with("192.0.2.1:"));
    CHECK(arrivals.told[1].ends_with(" to 192.0.2.2:5060: piece"));
}
