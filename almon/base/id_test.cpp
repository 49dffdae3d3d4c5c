#include "almon/base/id.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <type_traits>

using namespace almon::base;

namespace {

using CallId = Id<struct CallIdTag>;
using Tag = Id<struct TagTag>;
using Number = Id<struct NumberTag, unsigned>;

template <class A, class B>
concept comparable = requires(const A& a, const B& b) { a == b; };

// What would let one kind of id pass for another, or text for an id.
static_assert(!std::is_convertible_v<CallId, Tag>);
static_assert(!std::is_constructible_v<CallId, Tag>);
static_assert(!std::is_assignable_v<CallId&, Tag>);
static_assert(!std::is_convertible_v<std::string_view, CallId>);
static_assert(!std::is_convertible_v<CallId, std::string_view>);
static_assert(!std::is_convertible_v<unsigned, Number>);
static_assert(!comparable<CallId, Tag>);
static_assert(!comparable<CallId, std::string_view>);
static_assert(comparable<CallId, CallId>);
// It costs what its value costs.
static_assert(sizeof(CallId) == sizeof(std::string_view));
static_assert(std::is_trivially_copyable_v<CallId>);

}  // namespace

TEST_CASE("ids of one kind are compared by their values") {
    CHECK(CallId("a") == CallId(std::string("a")));
    CHECK(CallId("a") != CallId("A"));
    CHECK(CallId("a") < CallId("b"));
    CHECK(Number(9) < Number(10));
    CHECK(Number(7).value() == 7);
}

TEST_CASE("an id that was given no value has an empty one") {
    CHECK(CallId().value().empty());
    CHECK(Number().value() == 0);
    CHECK(Tag() == Tag(""));
}

TEST_CASE("an id may own what it is made of") {
    Id<struct OwnerTag, std::unique_ptr<int>> owner(std::make_unique<int>(3));
    const auto moved = std::move(owner);
    CHECK(*moved.value() == 3);
}
