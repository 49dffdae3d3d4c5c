#include "almon/sip/headers/seconds_value.hpp"

#include "almon/sip/headers/expires.hpp"
#include "almon/sip/headers/min_expires.hpp"
#include "almon/sip/headers/reading_test.hpp"

using namespace almon::sip;
using namespace almon::sip::test;
using namespace std::chrono_literals;

TEST_CASE("a field of seconds is a duration") {
    CHECK(read<Expires>("5").seconds == 5s);
    CHECK(read<Expires>("0").seconds == 0s);
    CHECK(read<MinExpires>("60 ").seconds == 60s);
    CHECK(reprint<Expires>("003600") == "3600");
    CHECK(reprint<MinExpires>("\x36\x30\r\n ") == "60");
}

TEST_CASE("more seconds than 2^32-1 count as that many") {
    CHECK(read<Expires>("4294967295").seconds.count() == 4'294'967'295U);
    CHECK(read<Expires>("4294967296").seconds.count() == 4'294'967'295U);
    CHECK(reprint<Expires>("10000000000000000000000000000000000000000000000000000") == "4294967295");
    CHECK(reprint<MinExpires>("18446744073709551617") == "4294967295");
}

TEST_CASE("what is no number of seconds is refused where it breaks") {
    CHECK(fault<Expires>("") == end_at(0, "RFC 3261 §20.19"));
    CHECK(fault<MinExpires>("") == end_at(0, "RFC 3261 §20.23"));
    CHECK(fault<Expires>("-1") == byte_at(0, Expires::rule));
    CHECK(fault<Expires>("Thu, 01 Dec 1994 16:00:00 GMT") == byte_at(0, Expires::rule));
    CHECK(fault<Expires>("\"60\"") == byte_at(0, Expires::rule));
    CHECK(fault<Expires>("60s") == byte_at(2, whole));
    CHECK(fault<Expires>("1.5") == byte_at(1, whole));
    CHECK(fault<MinExpires>("60, 70") == byte_at(2, whole));
    CHECK(fault<MinExpires>("99999999999x") == byte_at(11, whole));
}

TEST_CASE("Expires and Min-Expires are found by their names, and not for each other") {
    const auto both = message("min-expires: 60\r\nEXPIRES:\r\n 3600\r\n");
    CHECK(both.get<Expires>()->seconds == 3600s);
    CHECK(both.find<MinExpires>().value()->seconds == 60s);
    CHECK(is_absent<Expires>("Min-Expires: 60\r\n"));
    CHECK(is_absent<MinExpires>("Expires: 60\r\n"));
    CHECK(fault_of_field<Expires>("Expires: soon\r\n") == Errc::unexpected_byte);
    CHECK(fault_of_field<MinExpires>("Min-Expires:\r\n") == Errc::unexpected_end);
}
