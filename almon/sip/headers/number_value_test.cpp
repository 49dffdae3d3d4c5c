#include "almon/sip/headers/number_value.hpp"

#include "almon/sip/headers/content_length.hpp"
#include "almon/sip/headers/max_breadth.hpp"
#include "almon/sip/headers/max_forwards.hpp"
#include "almon/sip/headers/reading_test.hpp"

using namespace almon::sip;
using namespace almon::sip::test;

TEST_CASE("a number field is one number, leading zeros and blanks left out") {
    CHECK(read<MaxForwards>("70").number == 70);
    CHECK(read<MaxForwards>("0").number == 0);
    CHECK(reprint<MaxForwards>("0068 ") == "68");
    CHECK(reprint<MaxBreadth>("60\r\n ") == "60");
    CHECK(reprint<ContentLength>("000000000000000000000349") == "349");
}

TEST_CASE("a number beyond the range of its field is refused") {
    CHECK(read<MaxForwards>("255").number == 255);
    CHECK(fault<MaxForwards>("256") == Error{Errc::number_too_large, 0, MaxForwards::rule});
    CHECK(fault<MaxForwards>("300") == Error{Errc::number_too_large, 0, "RFC 3261 §20.22"});
    CHECK(fault<MaxForwards>("18446744073709551616").code == Errc::number_too_large);
    CHECK(read<ContentLength>("4294967295").number == 4'294'967'295U);
    CHECK(fault<ContentLength>("4294967296") == Error{Errc::number_too_large, 0, "RFC 3261 §20.14"});
    CHECK(fault<MaxBreadth>("4294967296") == Error{Errc::number_too_large, 0, "RFC 5393 §5.3.3"});
}

TEST_CASE("what is no number is refused where it breaks") {
    CHECK(fault<MaxForwards>("") == end_at(0, MaxForwards::rule));
    CHECK(fault<MaxForwards>("-1") == byte_at(0, MaxForwards::rule));
    CHECK(fault<MaxForwards>("+1") == byte_at(0, MaxForwards::rule));
    CHECK(fault<MaxForwards>("\"70\"") == byte_at(0, MaxForwards::rule));
    CHECK(fault<MaxForwards>("7 0") == byte_at(2, whole));
    CHECK(fault<MaxForwards>("0x10") == byte_at(1, whole));
    CHECK(fault<MaxForwards>("70.5") == byte_at(2, whole));
    CHECK(fault<MaxForwards>("70, 69") == byte_at(2, whole));
    CHECK(fault<MaxBreadth>("60;x") == byte_at(2, whole));
    CHECK(fault<MaxForwards>("\xd9\xa7") == byte_at(0, MaxForwards::rule));  // a digit, but not of ASCII
}

TEST_CASE("number fields are found by their names in any case, Content-Length by its letter too") {
    const auto numbers = message("MAX-FORWARDS:\r\n 68\r\nmax-breadth: 30\r\nL: 0\r\n");
    CHECK(numbers.get<MaxForwards>()->number == 68);
    CHECK(numbers.find<MaxBreadth>().value()->number == 30);
    CHECK(numbers.get<ContentLength>()->number == 0);
    CHECK(is_absent<MaxForwards>("Max-Breadth: 1\r\n"));
    CHECK(is_absent<ContentLength>("c: text/plain\r\n"));
}

TEST_CASE("a field without its number is there, and broken") {
    CHECK(fault_of_field<MaxForwards>("Max-Forwards:\r\n") == Errc::unexpected_end);
    CHECK(fault_of_field<MaxBreadth>("Max-Breadth: \r\n \r\n") == Errc::unexpected_end);
}
