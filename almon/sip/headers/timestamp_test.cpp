#include "almon/sip/headers/timestamp.hpp"

#include "almon/sip/headers/reading_test.hpp"

using namespace almon::sip;
using namespace almon::sip::test;

namespace {

constexpr auto rule = "RFC 3261 §20.38";

}  // namespace

TEST_CASE("a Timestamp is a number of seconds, and a delay perhaps") {
    CHECK(read<Timestamp>("54").time == "54");
    CHECK(read<Timestamp>("54").delay.empty());
    CHECK(read<Timestamp>("54.21").time == "54.21");
    CHECK(read<Timestamp>("54.21 0.5").delay == "0.5");
    CHECK(read<Timestamp>("54 .5").delay == ".5");
    CHECK(read<Timestamp>("54.\r\n 1.").time == "54.");
    CHECK(read<Timestamp>("54.\r\n 1.").delay == "1.");
}

TEST_CASE("a Timestamp goes back digit for digit") {
    for (const auto text :
         {"0", "054.2100", "99999999999999999999999999.00000000000000000001", "54. 1.", "5 0"})
        CHECK(reprint<Timestamp>(text) == text);
    CHECK(reprint<Timestamp>("54 \t\r\n  1") == "54 1");
    CHECK(reprint<Timestamp>("54 ") == "54");
}

TEST_CASE("a Timestamp is the sender's own number, so a second one is not joined to it") {
    CHECK(values<Timestamp>("Timestamp: 1\r\nTimestamp: 2.0 3\r\n") == Texts{"1", "2.0 3"});
    CHECK(values<Timestamp>("Timestamp: 1, 2\r\n") == Texts{"refused: RFC 3261 §7.3.1"});
}

TEST_CASE("what is no Timestamp is refused where it breaks") {
    CHECK(fault<Timestamp>("") == end_at(0, rule));
    CHECK(fault<Timestamp>(".5") == byte_at(0, rule));
    CHECK(fault<Timestamp>("-1") == byte_at(0, rule));
    CHECK(fault<Timestamp>("now") == byte_at(0, rule));
    CHECK(fault<Timestamp>("54.2.1") == byte_at(4, whole));
    CHECK(fault<Timestamp>("54,1") == byte_at(2, whole));
    CHECK(fault<Timestamp>("54 x") == byte_at(3, whole));
    CHECK(fault<Timestamp>("54 1 2") == byte_at(5, whole));
    CHECK(fault<Timestamp>("54;x=1") == byte_at(2, whole));
}

TEST_CASE("a Timestamp is found in its message") {
    const auto found = message("TIMESTAMP :\t54.5 1\r\n");
    CHECK(found.get<Timestamp>()->time == "54.5");
    CHECK(found.find<Timestamp>().value()->delay == "1");
    CHECK(is_absent<Timestamp>("Date: 1\r\n"));
}
