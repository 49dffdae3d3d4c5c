#include "almon/base/scanner.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace almon::base;

namespace {

constexpr auto rule = "RFC 0000 §1";

// "offset kind" of what number() gives back, or the number.
std::string number(std::string_view text, std::uint64_t max, std::size_t origin = 0) {
    Scanner in(text, origin);
    const auto read = in.number(max, rule);
    if (read) return std::to_string(*read);
    CHECK(std::string_view(read.error().rule) == rule);
    return std::to_string(read.error().offset) + " " + describe(read.error().code);
}

// What is left behind the blanks, line breaks and folds that stand in front.
std::string behind_lws(std::string_view text) {
    Scanner in(text);
    const bool skipped = in.skip_lws();
    CHECK(skipped == (in.position() > 0));
    return std::string(in.rest());
}

}  // namespace

TEST_CASE("what is next is taken, and what is not stays") {
    Scanner in("SIP/2.0 200");
    CHECK_FALSE(in.take('s'));
    CHECK_FALSE(in.take("SIP/3"));
    CHECK(in.position() == 0);
    CHECK(in.take('S'));
    CHECK(in.take("IP/"));
    CHECK(in.take("2.0 "));
    CHECK(in.rest() == "200");
    CHECK(in.since(4) == "2.0 ");
}

TEST_CASE("nothing is taken beyond the end, whatever lies there") {
    const std::string_view more = "abc|beyond";
    Scanner in(more.substr(0, 3));
    CHECK_FALSE(in.take("abc|"));
    CHECK_FALSE(in.take_nocase("ABC|"));
    CHECK(in.take_count(99) == "abc");
    CHECK(in.done());
    CHECK_FALSE(in.take('|'));
    CHECK_FALSE(in.take("|"));
    CHECK(in.take(""));
    CHECK(in.take_count(1).empty());
    CHECK(in.take_until(CharSet("x")).empty());
    CHECK(in.take_while(~CharSet("x")).empty());
    CHECK_FALSE(in.looking_at(~CharSet("x")));
    CHECK(in.peek() == '\0');
    CHECK(in.peek(0) == '\0');
    CHECK(in.offset() == 3);
}

TEST_CASE("looking ahead consumes nothing") {
    Scanner in("ab");
    CHECK(in.peek() == 'a');
    CHECK(in.peek(1) == 'b');
    CHECK(in.peek(2) == '\0');
    CHECK(in.peek(~std::size_t{0}) == '\0');
    CHECK(in.looking_at(chars::alpha));
    CHECK_FALSE(in.looking_at(chars::digit));
    CHECK(in.position() == 0);
}

TEST_CASE("a literal is found in any case when it may be") {
    Scanner in("Digest");
    CHECK_FALSE(in.take("digest"));
    CHECK_FALSE(in.take_nocase("basic"));
    CHECK(in.take_nocase("dIGEST"));
    CHECK(in.done());
}

TEST_CASE("a run of octets ends at the first that is not, or is, in the set") {
    Scanner in("1234abc;x");
    CHECK(in.take_while(chars::digit) == "1234");
    CHECK(in.take_while(chars::digit).empty());
    CHECK(in.take_until(CharSet(";")) == "abc");
    CHECK(in.take_until(CharSet(";")).empty());
    CHECK(in.take_count(1) == ";");
    CHECK(in.take_until(CharSet(";")) == "x");
    CHECK(in.done());
}

TEST_CASE("octets above 127 and NUL are octets like others") {
    const std::string_view text("\0\xff\x80z", 4);
    Scanner in(text);
    CHECK(in.take_while(~chars::alpha) == text.substr(0, 3));
    CHECK(in.rest() == "z");
}

TEST_CASE("a scanner goes back to where it was, never forward") {
    Scanner in("abcdef");
    in.take_count(4);
    const auto before = in.position();
    in.rewind(2);
    CHECK(in.rest() == "cdef");
    in.rewind(before);
    CHECK(in.rest() == "cdef");
}

TEST_CASE("offsets count from the start of the whole input, positions from that of the text") {
    Scanner in("12x", 100);
    CHECK(in.offset() == 100);
    REQUIRE(in.number(99, rule));
    CHECK(in.offset() == 102);
    CHECK(in.position() == 2);
}

TEST_CASE("blanks and folded lines are skipped, an end of line is not (RFC 3261 §25.1)") {
    CHECK(behind_lws("x y") == "x y");
    CHECK(behind_lws(" \t x") == "x");
    CHECK(behind_lws("\r\n x") == "x");
    CHECK(behind_lws(" \r\n\t\n  x") == "x");
    CHECK(behind_lws("\r\n\r\n x") == "\r\n\r\n x");
    CHECK(behind_lws("  \r\nx") == "\r\nx");
    CHECK(behind_lws(" \r\n") == "\r\n");
    CHECK(behind_lws(" \n") == "\n");
    CHECK(behind_lws(" \r") == "\r");
    CHECK(behind_lws("\r x") == "\r x");
    CHECK(behind_lws("").empty());
}

TEST_CASE("a number is read up to its limit, and refused at its first octet beyond it") {
    constexpr auto all = ~std::uint64_t{0};
    CHECK(number("0", 0) == "0");
    CHECK(number("255", 255) == "255");
    CHECK(number("256", 255) == "0 a number is out of range");
    CHECK(number("9", 5) == "0 a number is out of range");
    CHECK(number("00000000000000000000000000000007", 7) == "7");
    CHECK(number("70;x", 255) == "70");
    CHECK(number("18446744073709551615", all) == "18446744073709551615");
    CHECK(number("18446744073709551616", all) == "0 a number is out of range");
    CHECK(number("99999999999999999999999999", all, 7) == "7 a number is out of range");
}

TEST_CASE("what is no number is refused with its place, the end of the input as such") {
    CHECK(number("", 9, 5) == "5 the input ends too early");
    CHECK(number("x1", 9, 5) == "5 a byte that may not stand here");
    CHECK(number("-1", 9) == "0 a byte that may not stand here");
    CHECK(number("+1", 9) == "0 a byte that may not stand here");
    CHECK(number(" 1", 9) == "0 a byte that may not stand here");
}

TEST_CASE("a refusal tells the octet that may not stand here from the end of the input") {
    Scanner in("ab", 10);
    in.take('a');
    CHECK(in.refuse(rule).value() == Error{Errc::unexpected_byte, 11, rule});
    in.take('b');
    CHECK(in.refuse(rule).value() == Error{Errc::unexpected_end, 12, rule});
}

TEST_CASE("a scanner works at compile time") {
    constexpr auto port = [] {
        Scanner in("host:5060");
        in.take_until(CharSet(":"));
        in.take(':');
        return in.number(65'535, rule).value();
    }();
    static_assert(port == 5060);
    CHECK(port == 5060);
}
