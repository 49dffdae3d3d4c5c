#include "almon/app/watchdog.hpp"

#include <doctest/doctest.h>

#include <future>

using namespace almon::app;
using namespace std::chrono_literals;

namespace {

struct Owner final : Watchdog::Owner {
    void hear_of_endless(std::uint64_t seed) override { told.set_value(seed); }
    std::promise<std::uint64_t> told;
};

}  // namespace

TEST_CASE("a life that does not end is told of, with its seed") {
    Owner owner;
    Watchdog dog(0s, owner);
    dog.begins(17);
    CHECK(owner.told.get_future().get() == 17);
}

TEST_CASE("nobody is told of lives that end in time") {
    Owner owner;
    auto told = owner.told.get_future();
    {
        Watchdog dog(1h, owner);
        for (const std::uint64_t seed : {1, 2, 3}) {
            dog.begins(seed);
            dog.ends(seed);
        }
    }
    CHECK(told.wait_for(0s) == std::future_status::timeout);
}
