#include "almon/sip/headers/auth_parameters.hpp"

#include <doctest/doctest.h>

#include <string>

#include "almon/base/limits.hpp"

using namespace almon::sip;
using almon::base::Printer;

namespace {

constexpr std::array<std::string_view, 2> names{"realm", "nonce"};

auto read(std::string_view text) {
    Scanner in(text);
    return take_auth_parameters(in, names);
}

Error error_of(std::string_view text) {
    return read(text).error();
}

}  // namespace

TEST_CASE("parameters are found whatever their order, case, quotes and blanks") {
    for (const auto text :
         {"realm=\"r\",nonce=n", "NONCE = n , Realm=r", "x=1, nonce=\"n\"\r\n , y=\"a,b=\\\"c\", realm=r"}) {
        const auto values = read(text);
        REQUIRE_MESSAGE(values.has_value(), text);
        CHECK((*values)[0] == "r");
        CHECK((*values)[1] == "n");
    }
}

TEST_CASE("an empty value is there, an absent one is not") {
    const auto values = read("realm=\"\"");
    REQUIRE(values.has_value());
    CHECK((*values)[0] == "");
    CHECK_FALSE((*values)[1].has_value());
}

TEST_CASE("reading stops at what is no parameter, and leaves it there") {
    Scanner in("realm=r ;rest");
    CHECK(take_auth_parameters(in, names).has_value());
    CHECK(in.rest() == " ;rest");
}

TEST_CASE("a broken parameter is refused where it breaks") {
    CHECK(error_of("").code == Errc::unexpected_end);
    CHECK(std::string_view(error_of("").rule) == "RFC 3261 §25.1 auth-param");
    CHECK(error_of("realm").offset == 5);
    CHECK(error_of("realm r").offset == 5);
    CHECK(error_of("realm=").code == Errc::unexpected_end);
    CHECK(error_of("realm=,nonce=n").offset == 6);
    CHECK(error_of("=r").offset == 0);
    CHECK(error_of("realm=r,").code == Errc::unexpected_end);
    CHECK(error_of("realm=r,,nonce=n").offset == 8);
    CHECK(error_of(",realm=r").offset == 0);
    CHECK(error_of("realm=\"r").code == Errc::unexpected_end);
    CHECK(error_of("realm=\"r\\").code == Errc::unexpected_end);
    CHECK(error_of("realm=\"r\\\"").code == Errc::unexpected_end);
    CHECK(error_of("realm=\"a\nb\"").code == Errc::unexpected_byte);
    CHECK(error_of(std::string_view("realm=\"a\0b\"", 11)).offset == 8);
    CHECK(error_of("realm=\xc3\xa4").offset == 6);
}

TEST_CASE("a name of ours may stand once, others as often as they like") {
    const auto error = error_of("realm=a, nonce=n, Realm=b");
    CHECK(error.code == Errc::repeated_field);
    CHECK(error.offset == 18);
    CHECK(read("x=1, x=2, realm=r").has_value());
}

TEST_CASE("the number of parameters is limited") {
    std::string text = "realm=r";
    for (std::size_t i = 1; i < almon::base::limits::parameters; ++i) text += ",x=1";
    CHECK(read(text).has_value());
    CHECK(error_of(text + ",x=1").code == Errc::too_large);
}

TEST_CASE("quoting and unquoting are each other's reverse") {
    CHECK(escape_quoted("a\"b\\c") == "a\\\"b\\\\c");
    for (const auto plain : {"", "plain", "a\"b", "\\", "\\\"\\", "J\xc3\xa4s"})
        CHECK(unescape_quoted(escape_quoted(plain)) == plain);
    CHECK(unescape_quoted("\\a\\b") == "ab");
    CHECK(unescape_quoted("end\\") == "end\\");
}

TEST_CASE("true is true in any case, and nothing else is") {
    CHECK(is_true("TRUE"));
    CHECK_FALSE(is_true("yes"));
    CHECK_FALSE(is_true(AuthValue()));
}

TEST_CASE("parameters are written with one comma between them; what is no token gets quotes") {
    std::array<char, 64> buffer;
    Printer out(buffer);
    AuthWriter(out, "Digest").quoted("a", "1").token("b", AuthValue()).token("c", "two").token("d", "3 4");
    CHECK(out.view() == "Digest a=\"1\", c=two, d=\"3 4\"");
}
