#include "almon/store/failure.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace almon::store;

TEST_CASE("each kind of failure has a word of its own") {
    using enum Failure::Kind;
    std::set<std::string> words;
    for (const auto kind : {full, busy, corrupt, exists, missing, other}) words.insert(describe(kind));
    CHECK(words == std::set<std::string>{"full", "busy", "corrupt", "exists", "missing", "other"});
    CHECK(describe(full) == std::string("full"));
}

TEST_CASE("a failure carries its kind and its sentence") {
    const Stored<int> failed = fail(Failure::Kind::busy, "in use");
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().kind == Failure::Kind::busy);
    CHECK(failed.error().sentence == "in use");
}
