// Test kit: a network and its clock without a world around them, and a station that keeps what it hears.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "almon/sim/machine.hpp"
#include "almon/sim/network.hpp"

namespace almon::sim {

inline Endpoint endpoint(std::string_view text) {
    return *Endpoint::parse(text);
}

struct TestNetwork {
    Clock clock;
    Trace trace{Trace::Keep::messages};
    Network network;

    explicit TestNetwork(std::uint64_t seed = 1) : network(seed, clock, trace) {}

    // All that is due until then, on the network and for the machine.
    void run_for(Duration time, Machine* machine = nullptr) {
        const auto end = clock.now() + time;
        while (true) {
            const auto passing = network.next().value_or(Instant::max());
            const auto wanted =
                machine != nullptr ? machine->deadline().value_or(Instant::max()) : Instant::max();
            if (std::min(passing, wanted) > end) break;
            clock.turn_to(std::max(clock.now(), std::min(passing, wanted)));
            passing <= wanted ? network.step() : machine->advance();
        }
        clock.turn_to(end);
    }
};

class Ear final : public Station {
 public:
    Ear(TestNetwork& lab, std::string_view at) : address(endpoint(at)), lab_(lab) {
        lab.network.attach(address, *this);
    }
    ~Ear() override { lab_.network.detach(*this); }
    Ear(const Ear&) = delete;
    Ear& operator=(const Ear&) = delete;

    const Endpoint address;
    std::vector<std::string> heard;  // the octets of a datagram or a piece; "(opened)", "(closed)"
    std::vector<Instant> times;      // of each
    std::vector<StreamEnd> ends;     // in the order in which they were opened
    Endpoint last_from{};            // of a datagram

    void send(const Ear& to, std::string_view octets) { lab_.network.send(address, to.address, octets); }
    StreamEnd connect(const Endpoint& to) { return lab_.network.connect(*this, address, to); }

    void datagram(const Endpoint& from, const Endpoint&, std::string_view octets) override {
        last_from = from;
        note(octets);
    }
    void opened(StreamEnd end, const Endpoint&, const Endpoint&) override {
        ends.push_back(end);
        note("(opened)");
    }
    void received(StreamEnd, std::string_view octets) override { note(octets); }
    void closed(StreamEnd) override { note("(closed)"); }

 private:
    void note(std::string_view what) {
        heard.emplace_back(what);
        times.push_back(lab_.clock.now());
    }
    TestNetwork& lab_;
};

}  // namespace almon::sim
