#include "almon/sip/headers/date.hpp"

#include "almon/sip/headers/reading_test.hpp"

using namespace almon::sip;
using namespace almon::sip::test;
using almon::base::WallTime;

namespace {

constexpr auto rule = "RFC 3261 §20.17";
constexpr std::string_view example = "Sat, 13 Nov 2010 23:29:00 GMT";

std::int64_t epoch_seconds(std::string_view text) {
    return std::chrono::floor<std::chrono::seconds>(read<Date>(text).time.time_since_epoch()).count();
}

Error out_of_range(std::size_t offset) {
    return {Errc::number_too_large, offset, rule};
}

}  // namespace

TEST_CASE("a Date is a moment of the calendar") {
    CHECK(epoch_seconds("Thu, 01 Jan 1970 00:00:00 GMT") == 0);
    CHECK(epoch_seconds(example) == 1'289'690'940);
    CHECK(epoch_seconds("Tue, 19 Jan 2038 03:14:08 GMT") == 2'147'483'648);
    CHECK(epoch_seconds("Wed, 31 Dec 1969 23:59:59 GMT") == -1);
    CHECK(epoch_seconds("Fri, 31 Dec 9999 23:59:59 GMT") == 253'402'300'799);
}

TEST_CASE("a Date prints what it read, whatever the day") {
    for (int day = -40'000; day < 40'000; day += 13) {
        const auto text =
            printed(Date{WallTime(std::chrono::days(day) + std::chrono::seconds(86'399 - day % 7))});
        REQUIRE(reprint<Date>(text) == text);
        REQUIRE(text.size() == example.size());
    }
    for (const auto text : {"Sat, 13 Nov 2010 23:29:00 GMT", "Tue, 29 Feb 2000 00:00:00 GMT",
                            "Wed, 31 Dec 1969 23:59:59 GMT", "Mon, 01 Jan 0001 01:02:03 GMT"})
        CHECK(reprint<Date>(text) == text);
}

TEST_CASE("a Date prints whole seconds, the fraction dropped") {
    CHECK(printed(Date{WallTime(std::chrono::milliseconds(1'999))}) == "Thu, 01 Jan 1970 00:00:01 GMT");
    CHECK(printed(Date{WallTime(std::chrono::milliseconds(-1))}) == "Wed, 31 Dec 1969 23:59:59 GMT");
}

TEST_CASE("the name of the day is not compared with the date") {
    CHECK(reprint<Date>("Mon, 13 Nov 2010 23:29:00 GMT") == example);
}

TEST_CASE("a leap second is the next minute's first") {
    CHECK(reprint<Date>("Sat, 31 Dec 2016 23:59:60 GMT") == "Sun, 01 Jan 2017 00:00:00 GMT");
    CHECK(fault<Date>("Fri, 31 Dec 9999 23:59:60 GMT") == out_of_range(29));
}

TEST_CASE("only days of the calendar are dates") {
    CHECK(fault<Date>("Sat, 00 Nov 2010 23:29:00 GMT") == out_of_range(5));
    CHECK(fault<Date>("Sat, 32 Nov 2010 23:29:00 GMT") == out_of_range(5));
    CHECK(fault<Date>("Sat, 31 Nov 2010 23:29:00 GMT") == out_of_range(5));
    CHECK(fault<Date>("Thu, 29 Feb 1900 23:29:00 GMT") == out_of_range(5));
    CHECK(fault<Date>("Sat, 13 Nov 2010 24:00:00 GMT") == out_of_range(17));
    CHECK(fault<Date>("Sat, 13 Nov 2010 23:60:00 GMT") == out_of_range(20));
    CHECK(fault<Date>("Sat, 13 Nov 2010 23:29:61 GMT") == out_of_range(23));
}

TEST_CASE("the zone is GMT and no other") {
    CHECK(fault<Date>("Fri, 01 Jan 2010 16:00:00 EST") == byte_at(26, rule));
    CHECK(fault<Date>("Fri, 01 Jan 2010 16:00:00 +0000") == byte_at(26, rule));
    CHECK(fault<Date>("Fri, 01 Jan 2010 16:00:00 UTC") == byte_at(26, rule));
    CHECK(fault<Date>("Fri, 01 Jan 2010 16:00:00") == end_at(25, rule));
    CHECK(fault<Date>("Fri, 01 Jan 2010 16:00:00 ") == end_at(26, rule));
}

// RFC 3261 §7.3.1: a fold is one SP.
TEST_CASE("a Date may be folded wherever it has a blank") {
    CHECK(reprint<Date>("Sat,\r\n 13\r\n Nov\r\n 2010\r\n 23:29:00\r\n\tGMT") == example);
    CHECK(reprint<Date>("Sat, 13 Nov 2010  23:29:00\tGMT") == example);
    const auto folded = message("Date: Sat, 13 Nov 2010\r\n  23:29:00 GMT\r\n");
    CHECK(printed(folded.get<Date>().value()) == example);
    CHECK(fault<Date>("Sat, 13 Nov 2010 23: 29:00 GMT") == byte_at(20, rule));
    CHECK(fault<Date>("Sat , 13 Nov 2010 23:29:00 GMT") == byte_at(3, rule));
}

TEST_CASE("a year has four digits") {
    CHECK(reprint<Date>("Sat, 01 Jan 0000 00:00:00 GMT") == "Sat, 01 Jan 0000 00:00:00 GMT");
    CHECK(fault<Date>("Sat, 13 Nov 999 23:29:00 GMT") == byte_at(15, rule));
    CHECK(fault<Date>("Sat, 13 Nov 12010 23:29:00 GMT") == byte_at(16, rule));
    CHECK(fault<Date>("Sat, 13 Nov -001 23:29:00 GMT") == byte_at(12, rule));
}

TEST_CASE("a Date is compared with case") {
    CHECK(fault<Date>("sat, 13 Nov 2010 23:29:00 GMT") == byte_at(0, rule));
    CHECK(fault<Date>("Sat, 13 NOV 2010 23:29:00 GMT") == byte_at(8, rule));
    CHECK(fault<Date>("Sat, 13 Nov 2010 23:29:00 gmt") == byte_at(26, rule));
}

TEST_CASE("other forms of a date are refused where they differ") {
    CHECK(fault<Date>("") == end_at(0, rule));
    CHECK(fault<Date>("13 Nov 2010 23:29:00 GMT") == byte_at(0, rule));
    CHECK(fault<Date>("Saturday, 13-Nov-10 23:29:00 GMT") == byte_at(3, rule));
    CHECK(fault<Date>("Sat Nov 13 23:29:00 2010") == byte_at(3, rule));
    CHECK(fault<Date>("Sat,13 Nov 2010 23:29:00 GMT") == byte_at(4, rule));
    CHECK(fault<Date>("Sat, 3 Nov 2010 23:29:00 GMT") == byte_at(6, rule));
    CHECK(fault<Date>("Sat, 13-Nov-2010 23:29:00 GMT") == byte_at(7, rule));
    CHECK(fault<Date>("Sat, 13 11 2010 23:29:00 GMT") == byte_at(8, rule));
    CHECK(fault<Date>("Sat, 13 November 2010 23:29:00 GMT") == byte_at(11, rule));
    CHECK(fault<Date>("Sat, 13 Nov 10 23:29:00 GMT") == byte_at(14, rule));
    CHECK(fault<Date>("Sat, 13 Nov 2010 23:29 GMT") == byte_at(22, rule));
    CHECK(fault<Date>("Sat, 13 Nov 2010 23:29:00 GMT, x") == byte_at(29, whole));
}

TEST_CASE("a Date that breaks off anywhere is refused there") {
    for (std::size_t size = 0; size < example.size(); ++size) {
        const auto error = fault<Date>(example.substr(0, size));
        CHECK(error.offset <= size);
        CHECK(std::string_view(error.rule) == rule);
    }
}

TEST_CASE("a broken Date is told with its place in the message") {
    const auto with_date = message("date:  Sat, 13 Nov 2010 23:29:00 GMT \r\n");
    CHECK(printed(with_date.get<Date>().value()) == example);
    const auto broken = message("Date: Sat, 13 Nov 2010 23:29:00 EST\r\n");
    CHECK(broken.octets().substr(broken.find<Date>().error().offset, 3) == "EST");
    CHECK_FALSE(message("").has(Date::name));
}
