#include "almon/server/access.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace almon;
using namespace almon::server;
using sip::Method;
namespace method = sip::method;

namespace {

const std::vector<Method> every_method{
    method::invite,    method::bye,       method::options,  method::prack,   method::update,
    method::subscribe, method::notify,    method::publish,  method::message, method::info,
    method::refer,     method::register_, Method("FUTURE"), Method("invite")};
const std::vector<Destination> everywhere{Destination::own_user, Destination::foreign};
const std::vector<Inbound> both_policies{Inbound::authenticated, Inbound::local_users};

}  // namespace

TEST_CASE("whoever is known may send every method anywhere") {
    for (const auto caller : {Caller::trusted, Caller::authenticated, Caller::in_dialog})
        for (const auto destination : everywhere)
            for (const auto inbound : both_policies) {
                for (const auto m : every_method)
                    CHECK(decide(caller, destination, m, inbound) == Access::allow);
                CHECK(decide(caller, destination, method::ack, inbound) == Access::allow);
                CHECK(decide(caller, destination, method::cancel, inbound) == Access::allow);
            }
}

TEST_CASE("who claims to be of our domain must prove it, whatever the method, the place and the policy") {
    for (const auto destination : everywhere)
        for (const auto inbound : both_policies)
            for (const auto m : every_method)
                CHECK(decide(Caller::claims_own, destination, m, inbound) == Access::challenge);
}

TEST_CASE("a stranger reaches no foreign place with any method") {
    for (const auto inbound : both_policies)
        for (const auto m : every_method)
            CHECK(decide(Caller::stranger, Destination::foreign, m, inbound) == Access::forbid);
}

TEST_CASE("a stranger may call our users only where the operator says so, and do nothing else to them") {
    for (const auto m : every_method) {
        CHECK(decide(Caller::stranger, Destination::own_user, m, Inbound::authenticated) ==
              Access::challenge);
        const auto open_house = decide(Caller::stranger, Destination::own_user, m, Inbound::local_users);
        CHECK(open_house == (m == method::invite ? Access::allow : Access::challenge));
    }
}

TEST_CASE("an ACK or a CANCEL of an unknown sender is never challenged") {
    for (const auto caller : {Caller::claims_own, Caller::stranger})
        for (const auto destination : everywhere)
            for (const auto inbound : both_policies) {
                CHECK(decide(caller, destination, method::ack, inbound) == Access::ignore);
                CHECK(decide(caller, destination, method::cancel, inbound) == Access::forbid);
            }
}
