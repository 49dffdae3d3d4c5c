#include "almon/sip/grammar.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>

using namespace almon::sip;
using namespace std::string_view_literals;

namespace {

std::string members(const almon::base::CharSet& set) {
    std::string found;
    for (int octet = 0; octet < 256; ++octet)
        if (set.has(static_cast<char>(octet))) found.push_back(static_cast<char>(octet));
    return found;
}

// What take_quoted leaves behind the string, or the refusal.
std::string quoted(std::string_view text) {
    Scanner in(text);
    const auto taken = take_quoted(in, "");
    return taken ? std::string(*taken) : "refused";
}

Error quoted_fault(std::string_view text) {
    Scanner in(text, 10);
    const auto taken = take_quoted(in, "the rule");
    CAPTURE(text);
    REQUIRE_FALSE(taken.has_value());
    CHECK(std::string_view(taken.error().rule) == "the rule");
    return taken.error();
}

// The values of a list, with a bar behind each.
std::string split(std::string_view text) {
    std::string values;
    for (Scanner in(text);;) {
        values.append(skip_value(in)).append("|");
        if (!in.take(',')) return in.done() ? values : "not at the end";
    }
}

}  // namespace

TEST_CASE("the character sets are those of RFC 3261 §25.1") {
    const auto alphanum = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"sv;
    const auto beside = [&](const almon::base::CharSet& set) {
        std::string rest;
        for (const char c : members(set))
            if (alphanum.find(c) == alphanum.npos) rest.push_back(c);
        CHECK(rest.size() + alphanum.size() == members(set).size());
        return rest;
    };
    CHECK(beside(chars::token) == "!%'*+-._`~");
    CHECK(beside(chars::word) == "!\"%'()*+-./:<>?[\\]_`{}~");
    CHECK(beside(chars::unreserved) == "!'()*-._~");
    CHECK(beside(chars::uri_user) == "!$&'()*+,-./;=?_~");
    CHECK(beside(chars::uri_parameter) == "!$&'()*+-./:[]_~");
    CHECK(beside(chars::uri_header) == "!$'()*+-./:?[]_~");
    CHECK(members(chars::reserved) == "$&+,/:;=?@");
}

TEST_CASE("quoted text holds all but blank, quotation mark, backslash and control characters") {
    CHECK(members(chars::quoted).size() == 94 - 2 + 128);
    for (const char c : " \t\"\\\r\n\x7f\0"sv) CHECK_FALSE(chars::quoted.has(c));
    for (const char c : "!#[]~\x80\xff"sv) CHECK(chars::quoted.has(c));
}

TEST_CASE("a token is not empty and holds token characters only") {
    CHECK(is_token("INVITE"));
    CHECK(is_token("!interesting-Method0123456789_*+`.%indeed'~"));  // RFC 4475 §3.1.1.2
    CHECK_FALSE(is_token(""));
    CHECK_FALSE(is_token("a b"));
    CHECK_FALSE(is_token("a:b"));
    CHECK_FALSE(is_token("\xc3\xb8"));
}

TEST_CASE("a token is taken up to what cannot stand in it") {
    Scanner in("Digest realm", 10);
    CHECK(take_token(in, "") == "Digest");
    CHECK(in.rest() == " realm");
    const auto error = take_token(in, "the rule").error();
    CHECK(error.code == Errc::unexpected_byte);
    CHECK(error.offset == 16);
    CHECK(std::string_view(error.rule) == "the rule");
    Scanner end("");
    CHECK(take_token(end, "").error().code == Errc::unexpected_end);
}

TEST_CASE("a quoted-string is taken with its quotes and backslashes") {
    CHECK(quoted("\"\"") == "\"\"");
    CHECK(quoted("\"a, b;c\" d") == "\"a, b;c\"");
    CHECK(quoted("\"a\\\"b\\\\\"c\"") == "\"a\\\"b\\\\\"");
    CHECK(quoted("\"J\xc3\xb8rn\"") == "\"J\xc3\xb8rn\"");
    CHECK(quoted("\"a\tb\r\n c\"x") == "\"a\tb\r\n c\"");
    CHECK(quoted("\"\\\x01\\ \"") == "\"\\\x01\\ \"");
}

TEST_CASE("a quoted-string that is never closed is told at its opening quote") {
    for (const auto text : {"\"", "\"abc", "\"abc\\\"", "\"abc\\", "\"a\r\n b"}) {
        CHECK(quoted_fault(text).code == Errc::unexpected_end);
        CHECK(quoted_fault(text).offset == 10);
    }
}

TEST_CASE("what may not stand in a quoted-string is told where it stands") {
    const auto offset = [](std::string_view text) {
        CHECK(quoted_fault(text).code == Errc::unexpected_byte);
        return quoted_fault(text).offset - 10;
    };
    CHECK(offset("abc") == 0);
    CHECK(offset("\"a\r\nb\"") == 2);
    CHECK(offset("\"a\rb\"") == 2);
    CHECK(offset("\"a\0b\""sv) == 2);
    CHECK(offset("\"a\x7f\"") == 2);
    CHECK(offset("\"ab\\\r\n c\"") == 3);
    CHECK(offset("\"ab\\\n\"") == 3);
}

TEST_CASE("a number beyond 32 bits is taken as the largest, all its digits consumed") {
    constexpr auto largest = std::numeric_limits<std::uint32_t>::max();
    const auto read = [](std::string_view text) {
        Scanner in(text);
        const auto number = take_saturated(in, "");
        CHECK(in.rest() == ";");
        return number;
    };
    CHECK(read("0;") == 0);
    CHECK(read("0003600;") == 3'600);
    CHECK(read("4294967295;") == largest);
    CHECK(read("4294967296;") == largest);
    CHECK(read("100000000000000000000000000;") == largest);
}

TEST_CASE("what is no number is refused") {
    Scanner end("", 10), sign("-1", 10);
    CHECK(take_saturated(end, "").error().code == Errc::unexpected_end);
    CHECK(take_saturated(sign, "").error().code == Errc::unexpected_byte);
    CHECK(sign.offset() == 10);
}

TEST_CASE("a run of octets and escapes ends at what is neither") {
    const auto taken = [](std::string_view text) {
        Scanner in(text);
        return take_escaped(in, chars::unreserved);
    };
    CHECK(taken("a%20b@c") == "a%20b");
    CHECK(taken("%41%4a%4A") == "%41%4a%4A");
    CHECK(taken("a%2") == "a");
    CHECK(taken("a%") == "a");
    CHECK(taken("a%g0") == "a");
    CHECK(taken("a%%41") == "a");
    CHECK(taken("@").empty());
}

TEST_CASE("a separator is taken with the blanks round it, or nothing is") {
    Scanner in(" \r\n ; x");
    CHECK_FALSE(take_separator(in, '='));
    CHECK(in.offset() == 0);
    CHECK(take_separator(in, ';'));
    CHECK(in.rest() == "x");
    Scanner end("  ");
    CHECK_FALSE(take_separator(end, ';'));
    CHECK(end.offset() == 0);
}

TEST_CASE("a list is split at its commas, but not at those in quotes and brackets") {
    CHECK(split("a,b") == "a|b|");
    CHECK(split(" a \t,\r\n b ") == "a|b|");
    CHECK(split("\"a,b\" <sip:c,d@e>;x=\"f,g\", h") == "\"a,b\" <sip:c,d@e>;x=\"f,g\"|h|");
    CHECK(split("\"a\\\",b\",c") == "\"a\\\",b\"|c|");
    CHECK(split("\"A\"<sip:a,b>,c") == "\"A\"<sip:a,b>|c|");
    CHECK(split("<\">,c") == "<\">|c|");
    CHECK(split("a>b,c") == "a>b|c|");
    CHECK(split(",,a,") == "||a||");
    CHECK(split("") == "|");
}

TEST_CASE("what is opened and never closed takes all the rest") {
    CHECK(split("a,\"b,c") == "a|\"b,c|");
    CHECK(split("a,<b,c") == "a|<b,c|");
    CHECK(split("\"A\"<b,c") == "\"A\"<b,c|");
    CHECK(split("\"a\r\nb\",c") == "\"a\r\nb\",c|");
}

TEST_CASE("what a quoted-string means has no quotes and no backslashes") {
    CHECK(unquote("\"abc\"") == "abc");
    CHECK(unquote("\"\"").empty());
    CHECK(unquote("\"a\\\"b\\\\\"") == "a\"b\\");
    CHECK(unquote("\"\\a\\ \"") == "a ");
    CHECK(unquote("\"J\xc3\xb8rn\"") == "J\xc3\xb8rn");
}

TEST_CASE("a fold in a quoted-string means one blank, other blanks stay") {
    CHECK(unquote("\"a\r\n b\"") == "a b");
    CHECK(unquote("\"a \t\r\n\t \r\n b\"") == "a b");
    CHECK(unquote("\"a\n b\"") == "a b");
    CHECK(unquote("\"a \t b \"") == "a \t b ");
}

TEST_CASE("text without both quotes is returned as it is") {
    for (const auto text : {"", "\"", "abc", "\"abc", "abc\"", "a\\b"}) CHECK(unquote(text) == text);
    CHECK(unquote("\"a\\\"") == "a\\");
}
