#include "almon/load/traffic.hpp"

#include <set>

#include "almon/load/test_world.hpp"
#include "almon/sip/headers/from_to.hpp"

using namespace almon;
using namespace almon::load;

namespace {

// Whose registrations, in order.
std::vector<std::string> users(const World& world) {
    std::vector<std::string> names;
    for (const auto& message : world.log) {
        const auto at = message.octets.find("To: <sip:") + 9;
        if (message.is("REGISTER"))
            names.push_back(message.octets.substr(at, message.octets.find('@', at) - at));
    }
    return names;
}

std::string value_of(const std::string& octets, const char* name) {
    const auto message = sip::Message::parse(octets).value();
    return std::string(message.value(*message.find_field(sip::HeaderName(name))));
}

}  // namespace

TEST_CASE("the open loop sends at its rate, though nothing comes back") {
    auto plan = plan_for(Kind::registration, 1000);
    plan.rate = 1000;
    World world(plan);
    world.loses = [](const World::Message& message) { return message.is("SIP/2.0"); };
    CHECK_FALSE(world.run(499ms));
    CHECK(world.sent("REGISTER") == 500);
    CHECK(world.traffic.outstanding() == 500);
}

TEST_CASE("a host that comes late makes up for it in bursts, and the wait counts as latency") {
    auto plan = plan_for(Kind::registration, 2000);
    plan.rate = 1000;
    World world(plan);
    world.traffic.start(world.now);
    world.now += 1s;
    REQUIRE(world.traffic.deadline(world.now) <= world.now);
    world.step(world.now);
    CHECK(world.traffic.pace().begun() == 1 + units_per_step);  // then the answers get their turn
    CHECK(world.traffic.deadline(world.now) == world.now);
    while (world.traffic.phase() != Phase::over) world.step(world.now + 1s);
    CHECK(world.traffic.result().ok == 2000);
    CHECK(world.traffic.result().answer.max() >= 1s);
    CHECK(world.traffic.result_pace().largest_lag() >= 990ms);
}

TEST_CASE("the closed loop keeps its window") {
    auto plan = plan_for(Kind::registration, 100);
    plan.window = 7;
    World world(plan);
    std::size_t most = 0;
    world.script = [&](const World::Message&) -> std::optional<std::string> {
        most = std::max(most, world.traffic.outstanding());
        return {};
    };
    REQUIRE(world.run());
    CHECK(most == 7);
    CHECK(world.traffic.result().ok == 100);
    CHECK(world.now - World::start == 15 * 2 * World::delay);  // 100 in windows of 7, a round trip each
}

TEST_CASE("users take turns, or come by chance") {
    auto plan = plan_for(Kind::registration, 300);
    plan.users = 3;
    World in_turn(plan);
    REQUIRE(in_turn.run());
    const auto first = users(in_turn);
    CHECK(std::vector(first.begin(), first.begin() + 4) ==
          std::vector<std::string>{"user1", "user2", "user3", "user1"});
    plan.in_random_order = true;
    World by_chance(plan);
    REQUIRE(by_chance.run());
    const auto then = users(by_chance);
    CHECK(then != first);
    CHECK(std::set(then.begin(), then.end()).size() == 3);
}

TEST_CASE("source ports take turns, each under its own name") {
    auto plan = plan_for(Kind::registration, 6);
    plan.source_ports = 3;
    World world(plan);
    REQUIRE(world.run());
    std::set<std::string> contacts;
    for (const auto& message : world.log) {
        CHECK(message.octets.find("Via: SIP/2.0/UDP " + base::printed(message.from)) != std::string::npos);
        contacts.insert(value_of(message.octets, "Contact"));
    }
    CHECK(contacts.size() == 3 * 2 / 1);
}

TEST_CASE("no two units share a Call-ID, a tag or a branch, in a run or in another") {
    std::set<std::string> seen;
    for (const std::uint64_t seed : {1, 2}) {
        const auto plan = plan_for(Kind::registration, 50);
        base::Random random(seed);
        Traffic traffic(plan, {.lanes = {caller_at}, .callee = callee_at}, random);
        auto now = World::start;
        for (traffic.start(now); traffic.phase() != Phase::over; traffic.advance(now += 1ms)) {
            std::vector<std::string> requests;
            for (const auto& packet : traffic.outbox().packets())
                requests.emplace_back(traffic.outbox().octets(packet));
            traffic.outbox().clear();
            for (const auto& request : requests) {
                for (const auto* name : {"Call-ID", "From", "Via"})
                    CHECK(seen.insert(value_of(request, name)).second);
                traffic.receive({0, server_at}, reply_to(request, {}), now);
            }
        }
        CHECK(traffic.result().ok == 50);
    }
}

TEST_CASE("no call is made when a callee cannot register") {
    World world(plan_for(Kind::call));
    world.script = [](const World::Message& request) -> std::optional<std::string> {
        if (!request.is("REGISTER") || request.octets.find("user2") == std::string::npos) return {};
        return reply_to(request.octets, {.status = sip::status::forbidden});
    };
    REQUIRE(world.run());
    CHECK(world.traffic.preparation().ok == 1);
    CHECK(world.traffic.preparation().refused[403] == 1);
    CHECK(world.traffic.result().begun == 0);
    CHECK(world.sent("INVITE") == 0);
}

TEST_CASE("callees register before the first call and leave after the last") {
    World world(plan_for(Kind::call, 3));
    REQUIRE(world.run());
    CHECK(users(world) == std::vector<std::string>{"user1", "user2", "user1", "user2"});
    std::vector<std::string> expires;
    for (const auto& message : world.log)
        if (message.is("REGISTER")) {
            CHECK(message.from == callee_at);
            CHECK(value_of(message.octets, "Contact").ends_with("@192.0.2.9:7000>"));
            expires.push_back(value_of(message.octets, "Expires"));
        }
    CHECK(expires == std::vector<std::string>{"3600", "3600", "0", "0"});
    CHECK(world.sent_at_ms("REGISTER")[1] <= world.sent_at_ms("INVITE").front());
    CHECK(world.sent_at_ms("REGISTER")[2] >= world.sent_at_ms("BYE").back());
}

TEST_CASE("a server that is gone is not asked to forget us") {
    World world(plan_for(Kind::call));
    world.script = [](const World::Message& request) -> std::optional<std::string> {
        if (request.is("INVITE")) return "";
        return {};
    };
    REQUIRE(world.run());
    CHECK(world.sent("REGISTER") == 2);
    CHECK(world.traffic.result().timeouts == 1);
}

TEST_CASE("a run that is stopped hangs up, begins nothing more and ends") {
    auto plan = plan_for(Kind::call, 1'000'000);
    plan.rate = 100;
    plan.hold = 1h;
    World world(plan);
    CHECK_FALSE(world.run(2s));
    CHECK(world.traffic.outstanding() > 100);
    world.traffic.stop(world.now);
    const auto end = world.now + 5s;
    while (world.traffic.phase() != Phase::over && world.now < end) world.step(end);
    CHECK(world.now < end);
    CHECK(world.traffic.result().ok == world.traffic.result().begun);
    CHECK_FALSE(world.traffic.deadline(world.now));
}

TEST_CASE("a run that is stopped while its callees register makes no call") {
    auto plan = plan_for(Kind::call, 10);
    plan.users = 10'000;
    World world(plan);
    CHECK_FALSE(world.run(5ms));
    world.traffic.stop(world.now);
    while (world.traffic.phase() != Phase::over) world.step(world.now + 1s);
    CHECK(world.sent("INVITE") == 0);
    CHECK(world.traffic.preparation().ok < 10'000);
}

TEST_CASE("thousands of calls over a network that loses one message in ten all come to their end") {
    auto plan = plan_for(Kind::call, 3000);
    plan.users = 20;
    plan.rate = 500;
    plan.hold = 200ms;
    World world(plan);
    base::Random chance(7);
    world.loses = [&](const World::Message&) { return chance.chance(0.1); };
    REQUIRE(world.run(600s));
    const auto& tally = world.traffic.result();
    CHECK(tally.ok + tally.failed() == 3000);
    CHECK(tally.failed() == tally.timeouts);
    CHECK(tally.ok > 2990);
    CHECK(tally.retransmissions > 1000);
}
