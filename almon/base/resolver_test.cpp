#include "almon/base/resolver.hpp"

#include <doctest/doctest.h>

#include <initializer_list>

using namespace almon::base;

namespace {
std::string resolve(std::string host) {
    NumericResolver resolver;
    resolver.ask({QueryId(1), std::move(host)});
    const auto answers = resolver.take_answers();
    REQUIRE(answers.size() == 1);
    const auto& addresses = answers.front().addresses;
    return addresses ? printed(addresses->at(0)) : addresses.error();
}
}  // namespace

TEST_CASE("an address in text is its own answer, with or without brackets") {
    CHECK(resolve("192.0.2.1") == "192.0.2.1");
    CHECK(resolve("2001:db8::1") == "2001:db8::1");
    CHECK(resolve("[2001:db8::1]") == "2001:db8::1");
}

TEST_CASE("a name is refused with a sentence") {
    CHECK(resolve("example.com") ==
          "the host \"example.com\" is a name, and names are not looked up: give its IP address");
    for (const auto text : {"", "[", "]", "[]", "[192.0.2.1]", "192.0.2.1.", "[2001:db8::1"})
        CHECK(resolve(text).starts_with("the host \""));
}

TEST_CASE("answers carry the number of their query and are given once") {
    NumericResolver resolver;
    resolver.ask({QueryId(7), "192.0.2.7"});
    resolver.ask({QueryId(8), "nowhere.example"});
    const auto answers = resolver.take_answers();
    REQUIRE(answers.size() == 2);
    CHECK(answers[0].id == QueryId(7));
    CHECK(answers[0].addresses);
    CHECK(answers[1].id == QueryId(8));
    CHECK_FALSE(answers[1].addresses);
    CHECK(resolver.take_answers().empty());
}
