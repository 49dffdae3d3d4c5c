#include "almon/server/pending_changes.hpp"

#include <doctest/doctest.h>

using namespace almon;
using namespace almon::server;

namespace {

PendingChange change(std::string answer) {
    return {nullptr, stack::ServerTransaction({}), std::move(answer)};
}

}  // namespace

TEST_CASE("changes of one address-of-record stand in one line, in order") {
    PendingChanges pending({1, 2});
    const auto ticket = pending.add("sip:a@h", change("first"));
    CHECK(ticket != 0);
    CHECK(pending.add("sip:a@h", change("second")) == ticket);
    CHECK(pending.add("sip:b@h", change("other")) != ticket);
    CHECK(pending.size() == 3);
    REQUIRE(pending.find("sip:a@h"));
    CHECK(pending.find("sip:a@h")->changes.back().answer == "second");
    CHECK(pending.remove_first(ticket));
    CHECK(pending.find(ticket)->changes.front().answer == "second");
    CHECK_FALSE(pending.remove_first(ticket));
    CHECK(pending.find("sip:a@h") == nullptr);
    CHECK(pending.find(ticket) == nullptr);
    CHECK(pending.size() == 1);
}

TEST_CASE("a line can be taken away whole, and its ticket never means a later line") {
    PendingChanges pending({1, 2});
    const auto ticket = pending.add("sip:a@h", change("first"));
    pending.add("sip:a@h", change("second"));
    const auto changes = pending.remove_all(ticket);
    REQUIRE(changes.size() == 2);
    CHECK(changes[0].answer == "first");
    CHECK(pending.size() == 0);
    CHECK(pending.add("sip:a@h", change("third")) != ticket);
    CHECK(pending.find(ticket) == nullptr);
}

TEST_CASE("those who wait behind the first of a line keep their order") {
    PendingChanges pending({1, 2});
    const auto ticket = pending.add("sip:a@h", change("first"));
    for (const auto* answer : {"second", "third", "fourth"}) pending.add("sip:a@h", change(answer));
    for (const auto* answer : {"first", "second", "third"}) {
        CHECK(pending.find(ticket)->changes.front().answer == answer);
        CHECK(pending.remove_first(ticket));
    }
    CHECK(pending.find(ticket)->changes.front().answer == "fourth");
}
