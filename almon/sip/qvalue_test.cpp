#include "almon/sip/qvalue.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace almon::sip;

namespace {

Result<std::uint16_t> read(std::string_view text) {
    Scanner in(text, 10);
    return take_qvalue(in);
}

bool refused(std::string_view text, Errc code, std::size_t offset) {
    const auto q = read(text);
    CAPTURE(text);
    REQUIRE_FALSE(q.has_value());
    CHECK(std::string_view(q.error().rule) == "RFC 3261 §25.1 qvalue");
    return q.error().code == code && q.error().offset == 10 + offset;
}

std::string print(std::uint16_t thousandths) {
    char buffer[8];
    almon::base::Printer out{buffer};
    print_qvalue(out, thousandths);
    return std::string(out.view());
}

}  // namespace

TEST_CASE("a preference has up to three decimals, none of which is needed") {
    CHECK(read("0") == 0);
    CHECK(read("0.") == 0);
    CHECK(read("0.7") == 700);
    CHECK(read("0.07") == 70);
    CHECK(read("0.007") == 7);
    CHECK(read("0.000") == 0);
    CHECK(read("0.999") == 999);
    CHECK(read("1") == 1'000);
    CHECK(read("1.") == 1'000);
    CHECK(read("1.000") == 1'000);
}

TEST_CASE("a preference ends with its last digit") {
    Scanner in("0.5;expires=1");
    CHECK(take_qvalue(in) == 500);
    CHECK(in.rest() == ";expires=1");
}

TEST_CASE("what is no preference is refused where it goes wrong") {
    CHECK(refused("", Errc::unexpected_end, 0));
    CHECK(refused(".5", Errc::unexpected_byte, 0));
    CHECK(refused("2", Errc::unexpected_byte, 0));
    CHECK(refused("-1", Errc::unexpected_byte, 0));
    CHECK(refused("\"1\"", Errc::unexpected_byte, 0));
    CHECK(refused("00", Errc::unexpected_byte, 1));
    CHECK(refused("10", Errc::unexpected_byte, 1));
    CHECK(refused("0.1234", Errc::unexpected_byte, 5));
    CHECK(refused("1.0000", Errc::unexpected_byte, 5));
    CHECK(refused("1.001", Errc::number_too_large, 0));
    CHECK(refused("1.5", Errc::number_too_large, 0));
}

TEST_CASE("a preference prints no more digits than needed") {
    CHECK(print(0) == "0");
    CHECK(print(1) == "0.001");
    CHECK(print(50) == "0.05");
    CHECK(print(500) == "0.5");
    CHECK(print(505) == "0.505");
    CHECK(print(1'000) == "1");
}

TEST_CASE("every preference is read as it was printed") {
    for (std::uint16_t q = 0; q <= 1'000; ++q) CHECK(read(print(q)) == q);
}
