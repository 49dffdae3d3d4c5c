#include "almon/sip/name_addr.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace almon::sip;
using almon::base::printed;

namespace {

NameAddr read(std::string_view text) {
    Scanner in(text);
    const auto address = NameAddr::parse(in);
    CAPTURE(text);
    REQUIRE(address.has_value());
    return *address;
}

std::string_view left_over(std::string_view text) {
    Scanner in(text);
    REQUIRE(NameAddr::parse(in).has_value());
    return in.rest();
}

Error fault(std::string_view text) {
    Scanner in(text, 100);
    const auto address = NameAddr::parse(in);
    CAPTURE(text);
    REQUIRE_FALSE(address.has_value());
    auto error = address.error();
    error.offset -= 100;
    return error;
}

}  // namespace

TEST_CASE("a display name may be quoted, made of tokens, or absent") {
    CHECK(read("\"A. G. Bell\" <sip:agb@bell-telephone.com>").display_name == "\"A. G. Bell\"");
    CHECK(read("Anonymous <sip:c8oqz84zk7z@privacy.org>").display_name == "Anonymous");
    CHECK(read("Mr.  Watson <sip:watson@b>").display_name == "Mr.  Watson");
    CHECK(read("<sip:a@b>").display_name.empty());
    CHECK(read("\"\" <sip:a@b>").display_name == "\"\"");
    CHECK(read("sip:a@b").display_name.empty());
}

TEST_CASE("the blanks between display name and URI may be many, folded or missing") {
    CHECK(read("\"Bob\"<sip:a@b>").display_name == "\"Bob\"");
    CHECK(read("Bob<sip:a@b>").display_name == "Bob");
    CHECK(read("caller\r\n\t<sip:a@b>").display_name == "caller");
    CHECK(read("\"Bob\" \r\n <sip:a@b>").uri.user() == "a");
    CHECK(read("token1~` token2'+_ token3*%!.- <sip:a@b>").display_name == "token1~` token2'+_ token3*%!.-");
}

TEST_CASE("the display text is what a person reads") {
    CHECK(read("\"A \\\"quoted\\\" \\\\ name\" <sip:a@b>").display_text() == "A \"quoted\" \\ name");
    CHECK(read("\"<sip:x@y>, ;\" <sip:a@b>").display_text() == "<sip:x@y>, ;");
    CHECK(read("\"J\xc3\xb8rn\" <sip:a@b>").display_text() == "J\xc3\xb8rn");
    CHECK(read("Bob <sip:a@b>").display_text() == "Bob");
    CHECK(read("\"a \r\n\tb\" <sip:a@b>").display_text() == "a b");
    CHECK(read("<sip:a@b>").display_text().empty());
}

TEST_CASE("in brackets parameters and headers belong to the URI, without them to the field") {
    const auto bracketed = read("<sip:a@b;lr?x=y>;tag=1");
    CHECK(bracketed.bracketed);
    CHECK(bracketed.uri.has_parameter("lr"));
    CHECK(bracketed.uri.headers() == "x=y");
    CHECK(left_over("<sip:a@b;lr?x=y>;tag=1") == ";tag=1");
    const auto bare = read("sip:a@b;tag=1");
    CHECK_FALSE(bare.bracketed);
    CHECK(bare.uri.text() == "sip:a@b");
    CHECK_FALSE(bare.uri.has_parameter("tag"));
}

TEST_CASE("a bare URI ends before comma, semicolon, question mark, blank and bracket") {
    CHECK(left_over("sip:a@b;tag=1") == ";tag=1");
    CHECK(left_over("sip:a@b, sip:c@d") == ", sip:c@d");
    CHECK(left_over("sip:a@b?x=y") == "?x=y");
    CHECK(left_over("sip:a@b ;x") == " ;x");
    CHECK(left_over("sip:a@b\r\n ;x") == "\r\n ;x");
    CHECK(left_over("sip:a@b>") == ">");
    CHECK(left_over("sip:a@b") == "");
}

TEST_CASE("any scheme may stand in a name-addr") {
    CHECK(read("<tel:+1-201;ext=1>").uri.parameter("ext") == "1");
    CHECK(read("tel:+1-201;tag=1").uri.number() == "+1-201");
    CHECK(read("\"x\" <http://b/c>").uri.scheme() == Uri::Scheme::other);
}

TEST_CASE("an address prints in brackets, so that no parameter changes its owner") {
    CHECK(printed(read("sip:a@b;tag=1")) == "<sip:a@b>");
    CHECK(printed(read("<sip:a@b;lr>;tag=1")) == "<sip:a@b;lr>");
    CHECK(printed(read("Mr. Watson<sip:a@b>")) == "Mr. Watson <sip:a@b>");
    CHECK(printed(read("\"a \\\" b\"<sip:a@b>")) == "\"a \\\" b\" <sip:a@b>");
}

TEST_CASE("a name-addr that breaks off or never opens is refused") {
    static constexpr std::string_view rule = "RFC 3261 §25.1 name-addr";
    CHECK(fault("\"Bob\" sip:a@b") == Error{Errc::unexpected_byte, 6, fault("\"Bob\" sip:a@b").rule});
    CHECK(fault("\"Bob\" sip:a@b").rule == rule);
    CHECK(fault("\"Bob").code == Errc::unexpected_end);
    CHECK(fault("\"Bob").offset == 0);
    CHECK(fault("\"Bob\"").code == Errc::unexpected_end);
    CHECK(fault("<sip:a@b").code == Errc::unexpected_end);
    CHECK(fault("<sip:a@b").offset == 8);
    CHECK(fault("<sip:a@b").rule == rule);
}

TEST_CASE("a fault in the URI is told with its place in the field") {
    CHECK(fault("<sip:a@b:x>").offset == 9);
    CHECK(std::string_view(fault("<sip:a@b:x>").rule) == "RFC 3261 §25.1 port");
    CHECK(fault("Bob <sip:@b>").offset == 9);
    CHECK(fault("Bob <>").offset == 5);
    CHECK(fault("Bob sip:a@b").offset == 3);
    CHECK(fault("sip:a@b:99999").code == Errc::number_too_large);
    CHECK(fault("J\xc3\xb8rn <sip:a@b>").offset == 1);  // beyond ASCII only in quotes
    CHECK(fault("< sip:a@b>").offset == 1);
    CHECK(fault("").code == Errc::unexpected_end);
}

TEST_CASE("a refusal names the rule of the field that asked") {
    Scanner in("\"Bob\"");
    CHECK(std::string_view(NameAddr::parse(in, "RFC 3261 §20.20").error().rule) == "RFC 3261 §20.20");
}
