#include "almon/sip/escape.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace almon::sip;

namespace {

constexpr auto matters = LetterCase::matters;
constexpr auto ignored = LetterCase::ignored;

std::string every_octet() {
    std::string octets;
    for (int octet = 0; octet < 256; ++octet) octets.push_back(static_cast<char>(octet));
    return octets;
}

// "name|value name" of all pairs; "|" only where there is a value.
std::string walk(std::string_view text, char separator) {
    std::string seen;
    UriPairs pairs(text, separator);
    while (const auto pair = pairs.next()) {
        if (!seen.empty()) seen += ' ';
        seen += pair->name;
        if (pair->value) seen.append("|").append(*pair->value);
    }
    return seen;
}

}  // namespace

TEST_CASE("an escape stands for an octet, whatever the case of its digits") {
    CHECK(unescape("alice") == "alice");
    CHECK(unescape("%61l%69ce") == "alice");
    CHECK(unescape("j%40s0n") == "j@s0n");
    CHECK(unescape("%c3%B8%Ff") == "\xc3\xb8\xff");
    CHECK(unescape("a%00b") == std::string("a\0b", 3));
    CHECK(unescape("").empty());
}

TEST_CASE("escapes are resolved once") {
    CHECK(unescape("%2561") == "%61");
    CHECK(unescape("%25%36%31") == "%61");
}

TEST_CASE("a percent sign that begins no escape stands for itself") {
    CHECK(unescape("%") == "%");
    CHECK(unescape("%6") == "%6");
    CHECK(unescape("%zz%4x") == "%zz%4x");
    CHECK(unescape("%%61") == "%a");
    CHECK(unescape("100%") == "100%");
}

TEST_CASE("what may stand in a user, a parameter, a header is not escaped") {
    const std::string unreserved = "azAZ09-_.!~*'()";
    CHECK(escape_user(unreserved + "&=+$,;?/") == unreserved + "&=+$,;?/");
    CHECK(escape_parameter(unreserved + "[]/:&+$") == unreserved + "[]/:&+$");
    CHECK(escape_header(unreserved + "[]/?:+$") == unreserved + "[]/?:+$");
}

TEST_CASE("what may not stand in a user, a parameter, a header is escaped in upper case") {
    CHECK(escape_user("j@s0n") == "j%40s0n");
    CHECK(escape_user("a:b#[]") == "a%3Ab%23%5B%5D");
    CHECK(escape_parameter("a;b=c?d@,") == "a%3Bb%3Dc%3Fd%40%2C");
    CHECK(escape_header("a&b=c;d@,") == "a%26b%3Dc%3Bd%40%2C");
    CHECK(escape_header("project x\r\n") == "project%20x%0D%0A");
    CHECK(escape_user("100%") == "100%25");
    CHECK(escape_user("\xc3\xb8\x7f") == "%C3%B8%7F");
    CHECK(escape_user(std::string_view("\0", 1)) == "%00");
    CHECK(escape_user("").empty());
}

TEST_CASE("any octets come back as they were") {
    const auto octets = every_octet();
    CHECK(unescape(escape_user(octets)) == octets);
    CHECK(unescape(escape_parameter(octets)) == octets);
    CHECK(unescape(escape_header(octets)) == octets);
}

TEST_CASE("an escape equals the octet that it stands for") {
    CHECK(same_component("%61lice", "alice", matters));
    CHECK(same_component("alice", "%61lice", matters));
    CHECK(same_component("%c3%b8", "%C3%B8", matters));
    CHECK(same_component("%2D%5F", "-_", matters));
    CHECK(same_component("", "", matters));
    CHECK_FALSE(same_component("%61lice", "Alice", matters));
    CHECK_FALSE(same_component("%00", "", matters));
}

TEST_CASE("an escaped reserved octet equals only another escaped one") {
    for (const char c : std::string_view(";/?:@&=+$,")) {
        const std::string plain(1, c);
        const auto hex = "0123456789ABCDEF";
        const auto escaped = std::string("%") + hex[c >> 4] + hex[c & 15];
        CAPTURE(plain);
        CHECK(unescape(escaped) == plain);
        CHECK_FALSE(same_component(plain, escaped, matters));
        CHECK_FALSE(same_component(escaped, plain, ignored));
        CHECK(same_component(escaped, escaped, matters));
    }
    CHECK(same_component("%3b", "%3B", matters));
}

TEST_CASE("case is told apart only where it matters, escaped or not") {
    CHECK(same_component("TCP", "tcp", ignored));
    CHECK(same_component("%54CP", "t%63p", ignored));
    CHECK_FALSE(same_component("TCP", "tcp", matters));
    CHECK_FALSE(same_component("%54", "%74", matters));
}

TEST_CASE("one component that begins another is not equal to it") {
    CHECK_FALSE(same_component("abc", "ab", matters));
    CHECK_FALSE(same_component("ab", "ab%63", matters));
    CHECK_FALSE(same_component("", "a", ignored));
}

TEST_CASE("URI parameters and headers are walked pair by pair") {
    CHECK(walk(";transport=tcp;lr", ';') == "transport|tcp lr");
    CHECK(walk("subject=project%20x&priority=urgent", '&') == "subject|project%20x priority|urgent");
    CHECK(walk("a=&b=1", '&') == "a| b|1");
    CHECK(walk("a=b=c", '&') == "a|b=c");
    CHECK(walk(";a=[::1]&c;d", ';') == "a|[::1]&c d");
    CHECK(walk("", ';').empty());
    CHECK(walk(";", ';').empty());
}

TEST_CASE("a walk that has ended stays ended") {
    UriPairs pairs(";a", ';');
    CHECK(pairs.next().has_value());
    CHECK_FALSE(pairs.next().has_value());
    CHECK_FALSE(pairs.next().has_value());
}
