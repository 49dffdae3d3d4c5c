#include "almon/base/printer.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <limits>

using namespace almon::base;

namespace {

// A value whose printed form is that long.
struct Long {
    std::size_t octets;
    void print(Printer& out) const { out.put("<").put(std::string(octets - 2, 'x')).put(">"); }
};

std::string number(std::integral auto value) {
    std::array<char, 32> buffer;
    Printer out{buffer};
    out.put_number(value);
    return std::string(out.view());
}

}  // namespace

TEST_CASE("texts and octets stand one behind the other") {
    std::array<char, 16> buffer;
    Printer out{buffer};
    out.put("SIP/").put('2').put("").put(".0");
    CHECK(out.view() == "SIP/2.0");
    CHECK(out.size() == 7);
    CHECK(out.since(4) == "2.0");
    CHECK_FALSE(out.overflowed());
    CHECK(out.view().data() == buffer.data());
}

TEST_CASE("a buffer can be filled to its last octet, and not beyond") {
    std::array<char, 5> buffer{'-', '-', '-', '-', '-'};
    Printer out{std::span(buffer).first(4)};
    out.put("abcd");
    CHECK(out.view() == "abcd");
    CHECK_FALSE(out.overflowed());
    out.put("");
    CHECK_FALSE(out.overflowed());
    out.put('e');
    CHECK(out.overflowed());
    CHECK(out.view() == "abcd");
    CHECK(buffer[4] == '-');
}

TEST_CASE("what does not fit is left out whole, and that is remembered") {
    std::array<char, 4> buffer;
    Printer out{buffer};
    out.put("ab").put("cde").put("fg");
    CHECK(out.view() == "abfg");
    CHECK(out.overflowed());
    out.put_number(1);
    CHECK(out.view() == "abfg");
}

TEST_CASE("a printer without a buffer takes nothing but nothing") {
    Printer out{std::span<char>()};
    out.put("");
    CHECK_FALSE(out.overflowed());
    out.put('x');
    CHECK(out.overflowed());
    CHECK(out.view().empty());
}

TEST_CASE("numbers are printed in full, whatever their type") {
    CHECK(number(0) == "0");
    CHECK(number(std::uint8_t{255}) == "255");
    CHECK(number(std::int8_t{-128}) == "-128");
    CHECK(number(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    CHECK(number(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
}

TEST_CASE("octets are printed as two hexadecimal digits each, in lower case") {
    std::array<char, 16> buffer;
    Printer out{buffer};
    constexpr std::array<unsigned char, 4> octets{0x00, 0x0f, 0xa5, 0xff};
    out.put_hex(octets).put_hex({});
    CHECK(out.view() == "000fa5ff");
}

TEST_CASE("the printed form as a string is whole, however long") {
    for (const std::size_t octets : {2U, 511U, 512U, 513U, 2'049U, 100'000U}) {
        const auto text = printed(Long{octets});
        CHECK(text.size() == octets);
        CHECK(text.front() == '<');
        CHECK(text.back() == '>');
    }
}
