#include "almon/stack/outbox.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace almon;
using namespace almon::stack;

TEST_CASE("what lies in an outbox is gone when it was cleared, the arena too") {
    Outbox outbox;
    outbox.send({}, "one");
    outbox.hand_over(1, {}, "three");
    outbox.close({1, 2, 3});
    CHECK(outbox.octets(outbox.packets()[0]) == "one");
    CHECK(outbox.octets(outbox.handed_over()[0]) == "three");
    CHECK(outbox.held() == 8);
    outbox.clear();
    CHECK(outbox.empty());
    CHECK(outbox.held() == 0);
}

TEST_CASE("an outbox keeps its memory from turn to turn, but no more than the limit") {
    Outbox outbox;
    const std::string some(1'000, 'x'), much(base::limits::outbox_octets + 1, 'x');
    outbox.send({}, some);
    const auto kept = outbox.kept();
    outbox.clear();
    CHECK(outbox.kept() == kept);
    CHECK(kept >= some.size());
    outbox.send({}, much);
    outbox.clear();
    CHECK(outbox.kept() <= base::limits::outbox_octets);
    outbox.send({}, some);
    CHECK(outbox.octets(outbox.packets()[0]) == some);
}
