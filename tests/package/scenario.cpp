// scenario SEED: a town of one's own, in a program of one's own. Status 1: something that must hold did not.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "almon/sim/world.hpp"

using namespace almon;
using namespace std::chrono_literals;

int main(int count, char** arguments) {
    sim::World world(count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 1, sim::Trace::Keep::messages);
    auto& server = world.server({.domain = "example.com"});
    auto& alice = world.phone(server, "alice");
    auto& bob = world.phone(server, "bob", sip::Transport::tcp);
    std::string failed;
    const auto must = [&](bool holds, const char* what) { failed += holds ? "" : std::string(what) + "\n"; };

    alice.registers();
    bob.registers();
    must(world.run_until([&] { return alice.is_registered() && bob.is_registered(); }, 5s), "both register");

    // On a bad network bob picks up after two seconds, and alice hangs up.
    world.network().quality = {.loss = 0.2, .duplication = 0.1, .most_delay = 200ms};
    bob.when_called = {.ring_for = 2s, .answer = 200};
    const auto call = alice.calls("bob");
    must(world.run_until([&] { return alice.call(call).is_confirmed; }, 60s), "bob answers");
    alice.hangs_up(call);
    world.run_for(40s);

    must(bob.call(0).state == sim::Call::State::over, "the call ends for bob too");
    for (const auto& sentence : world.rules().broken()) failed += sentence + "\n";
    for (const auto& sentence : world.ceilings().broken()) failed += sentence + "\n";
    if (!failed.empty()) std::printf("%s%s", failed.c_str(), world.trace().ladder().c_str());
    return failed.empty() ? 0 : 1;
}
