#include "almon/net/entropy.hpp"

#include <doctest/doctest.h>

TEST_CASE("two seeds of the operating system differ") {
    CHECK(almon::net::os_seed() != almon::net::os_seed());
    CHECK(almon::net::os_seed() != std::array<std::byte, 32>{});
}
