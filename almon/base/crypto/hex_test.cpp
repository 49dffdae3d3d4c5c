#include "almon/base/crypto/hex.hpp"

#include <doctest/doctest.h>

using namespace almon::base;

TEST_CASE("octets become lower-case digits and come back") {
    constexpr std::array<unsigned char, 4> octets{0x00, 0x7f, 0xab, 0xff};
    constexpr auto text = to_hex(octets);
    CHECK(std::string_view(text.data(), text.size()) == "007fabff");
    std::array<unsigned char, 4> back{};
    CHECK(from_hex("007fabff", back));
    CHECK(back == octets);
}

TEST_CASE("what is not two lower-case digits for each octet is refused") {
    std::array<unsigned char, 2> octets{};
    for (const auto text : {"", "0", "012", "01234", "012g", "01AB", "0x12", "-123", "01 2", "012\xff"})
        CHECK_FALSE_MESSAGE(from_hex(text, octets), text);
}
