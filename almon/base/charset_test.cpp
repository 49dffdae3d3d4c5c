#include "almon/base/charset.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace almon::base;

namespace {

// All octets of the set, in order.
std::string members(const CharSet& set) {
    std::string found;
    for (unsigned octet = 0; octet < 256; ++octet)
        if (set.has(static_cast<char>(octet))) found.push_back(static_cast<char>(octet));
    return found;
}

}  // namespace

TEST_CASE("a set has the octets that it was made of and no others") {
    CHECK(members(CharSet()).empty());
    CHECK(members(CharSet("hello")) == "ehlo");
    CHECK(members(CharSet(std::string_view("\0\x7f\x80\xff", 4))) == std::string("\0\x7f\x80\xff", 4));
    CHECK(members(CharSet::range('x', 'z')) == "xyz");
    CHECK(members(CharSet::range('x', 'x')) == "x");
    CHECK(members(CharSet::range(0, 255)).size() == 256);
    CHECK(members(CharSet::range(62, 65)) == ">?@A");
}

TEST_CASE("sets are joined and turned round") {
    CHECK(members(CharSet("ab") | CharSet("bc")) == "abc");
    CHECK(members(~CharSet::range(1, 255)) == std::string(1, '\0'));
    const CharSet some("aeiou");
    CHECK(members(~~some) == members(some));
    CHECK(members(some | ~some).size() == 256);
}

TEST_CASE("the sets of RFC 3261 §25.1 have their letters and digits") {
    CHECK(members(chars::digit) == "0123456789");
    CHECK(members(chars::alpha) == "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    CHECK(members(chars::alphanum).size() == 62);
    CHECK(members(chars::hex) == "0123456789ABCDEFabcdef");
    CHECK(members(chars::wsp) == "\t ");
}

TEST_CASE("only the letters of ASCII have a lower case") {
    for (unsigned octet = 0; octet < 256; ++octet) {
        const char c = static_cast<char>(octet);
        const bool is_upper = c >= 'A' && c <= 'Z';
        CHECK(to_lower(c) == (is_upper ? static_cast<char>(octet + 32) : c));
    }
}

TEST_CASE("texts are equal when their letters are, whatever the case") {
    CHECK(equal_nocase("", ""));
    CHECK(equal_nocase("Call-ID", "CALL-id"));
    CHECK_FALSE(equal_nocase("Call-ID", "Call-I"));
    CHECK_FALSE(equal_nocase("Via", "Vib"));
    // Thirty-two apart like upper and lower case, but no letters.
    CHECK_FALSE(equal_nocase("[", "{"));
    CHECK_FALSE(equal_nocase("@", "`"));
    CHECK_FALSE(equal_nocase("\xc4", "\xe4"));
}
