#include "almon/net/signals.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <memory>
#include <vector>

#include "almon/net/turn_until.hpp"

using namespace almon::net;

namespace {
struct Operator : SignalReader {
    void signalled(Signal signal) override {
        heard.push_back(signal);
        if (leaves) signals.reset();
    }
    Loop loop;
    std::unique_ptr<Signals> signals = std::make_unique<Signals>(loop, *this);
    std::vector<Signal> heard;
    bool leaves = false;
};
}  // namespace

TEST_CASE("signals arrive on the loop, one after the other") {
    Operator op;
    for (const int number : {SIGHUP, SIGTERM, SIGINT, SIGHUP}) {
        const auto before = op.heard.size();
        std::raise(number);
        REQUIRE(turn_until(op.loop, [&] { return op.heard.size() == before + 1; }));
    }
    CHECK(op.heard == std::vector{Signal::reload, Signal::stop, Signal::stop, Signal::reload});
}

TEST_CASE("a reader may stop listening for signals from inside the call") {
    Operator op;
    op.leaves = true;
    std::raise(SIGHUP);
    REQUIRE(turn_until(op.loop, [&] { return !op.heard.empty(); }));
    settle(op.loop);
    CHECK(op.heard == std::vector{Signal::reload});
}

TEST_CASE("a signal that comes while nobody listens any more is not delivered") {
    Operator op;
    std::raise(SIGHUP);
    op.signals.reset();
    settle(op.loop);
    CHECK(op.heard.empty());
}
