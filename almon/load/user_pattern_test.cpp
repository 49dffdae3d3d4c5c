#include "almon/load/user_pattern.hpp"

#include <doctest/doctest.h>

using namespace almon::load;

namespace {

std::string name(const char* pattern, std::uint32_t number) {
    return std::string(UserName(UserPattern::parse(pattern).value(), number).text());
}

}  // namespace

TEST_CASE("a pattern numbers users, padded when it says so") {
    CHECK(name("user%d", 1) == "user1");
    CHECK(name("u%07d", 42) == "u0000042");
    CHECK(name("+49%03d-x", 12'345) == "+4912345-x");
    CHECK(name("%d", 4'294'967'295) == "4294967295");
    CHECK(std::string(UserName(UserPattern{}, 3).text()) == "user3");
}

TEST_CASE("what would name one user, or break a URI, is no pattern") {
    for (const auto* text :
         {"user", "user%", "user%s", "user%d%d", "u%0d", "u%099d", "a b%d", "a@b%d", "<%d"}) {
        CAPTURE(text);
        const auto pattern = UserPattern::parse(text);
        REQUIRE_FALSE(pattern);
        CHECK(pattern.error().starts_with("`" + std::string(text) + "` names no users"));
    }
    CHECK(UserPattern::parse(std::string(108, 'x') + "%d"));
    CHECK_FALSE(UserPattern::parse(std::string(109, 'x') + "%d"));
}
