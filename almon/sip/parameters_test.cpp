#include "almon/sip/parameters.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace almon::sip;
using almon::base::printed;

namespace {

Parameters read(std::string_view text) {
    Scanner in(text);
    const auto parameters = Parameters::parse(in);
    CAPTURE(text);
    REQUIRE(parameters.has_value());
    return *parameters;
}

std::string reprint(std::string_view text) {
    return printed(read(text));
}

std::string_view left_over(std::string_view text) {
    Scanner in(text);
    REQUIRE(Parameters::parse(in).has_value());
    return in.rest();
}

Error fault(std::string_view text) {
    Scanner in(text, 100);
    const auto parameters = Parameters::parse(in, "the rule");
    CAPTURE(text);
    REQUIRE_FALSE(parameters.has_value());
    CHECK(std::string_view(parameters.error().rule) == "the rule");
    auto error = parameters.error();
    error.offset -= 100;
    return error;
}

std::string many(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += ";p" + std::to_string(i);
    return text;
}

}  // namespace

TEST_CASE("a parameter is found by its name, without case") {
    const auto parameters = read(";tag=a73kszlfl;Expires=60;lr;q=0.5");
    CHECK(parameters.value("tag") == "a73kszlfl");
    CHECK(parameters.value("TAG") == "a73kszlfl");
    CHECK(parameters.value("expires") == "60");
    CHECK(parameters.has("lr"));
    CHECK_FALSE(parameters.has("ta"));
    CHECK_FALSE(parameters.has("tags"));
    CHECK_FALSE(parameters.has("0.5"));
    CHECK(parameters.find("expires")->name == "Expires");
}

TEST_CASE("a parameter without a value is not one with an empty value") {
    const auto parameters = read(";lr;x=\"\"");
    CHECK(parameters.find("lr").has_value());
    CHECK_FALSE(parameters.find("lr")->value.has_value());
    CHECK_FALSE(parameters.value("lr").has_value());
    CHECK(parameters.value("x") == "\"\"");
    CHECK_FALSE(parameters.find("y").has_value());
    CHECK_FALSE(parameters.value("y").has_value());
}

TEST_CASE("of a repeated parameter the first counts") {
    CHECK(read(";a=1;A=2").value("a") == "1");
    CHECK(reprint(";a=1;A=2") == ";a=1;A=2");
}

TEST_CASE("a value is a token, a host or a quoted-string") {
    CHECK(read(";received=192.0.2.1").value("received") == "192.0.2.1");
    CHECK(read(";received=[2001:db8::9:255]").value("received") == "[2001:db8::9:255]");
    CHECK(read(";received=2001:db8::9:255").value("received") == "2001:db8::9:255");  // RFC 5118 §4.5
    CHECK(read(";x=\"a;b=c, \\\"d\\\"\";y=1").value("x") == "\"a;b=c, \\\"d\\\"\"");
    CHECK(read(";x=\"a;b=c, \\\"d\\\"\";y=1").value("y") == "1");
    CHECK_FALSE(read(";x=\"a;b=c\"").has("b"));
    CHECK(read(";-.!%*_+`'~=-.!%*_+`'~").value("-.!%*_+`'~") == "-.!%*_+`'~");
}

TEST_CASE("blanks and folds round semicolon and equals sign are of no consequence") {
    CHECK(reprint(" ; a = 1 ;\tb\r\n ;c\r\n\t=\r\n \"d\"") == ";a=1;b;c=\"d\"");
    CHECK(read("\r\n ;tag\r\n =\r\n x").value("tag") == "x");
}

TEST_CASE("parameters end before anything else, the blanks before it not consumed") {
    CHECK(left_over(";a=1, next") == ", next");
    CHECK(left_over(";a=1 , next") == " , next");
    CHECK(left_over(";a \r\n") == " \r\n");
    CHECK(left_over(";a=b>") == ">");
    CHECK(left_over(";a;b=c=d") == "=d");
    CHECK(left_over("none") == "none");
    CHECK(left_over("") == "");
}

TEST_CASE("they are walked in their order, as often as one likes") {
    const auto parameters = read(";a=1 ; b;c=\"x\"");
    std::string seen;
    for (const auto& parameter : parameters) {
        seen += parameter.name;
        seen += parameter.value.value_or("-");
    }
    CHECK(seen == "a1b-c\"x\"");
    CHECK(std::distance(parameters.begin(), parameters.end()) == 3);
    auto at = parameters.begin();
    CHECK(at++->name == "a");
    CHECK(at->name == "b");
    CHECK(at == std::next(parameters.begin()));
    CHECK_FALSE(at == parameters.begin());
    CHECK(std::next(at, 2) == parameters.end());
}

TEST_CASE("no parameters are empty, print nothing and hold nothing") {
    for (const auto& none : {Parameters(), read(""), read(", x")}) {
        CHECK(none.empty());
        CHECK(none.text().empty());
        CHECK(none.begin() == none.end());
        CHECK_FALSE(none.has(""));
        CHECK(printed(none).empty());
    }
}

TEST_CASE("text that was checked before is read again") {
    const auto parameters = Parameters::checked(read(" ;a=1;b, c").text());
    CHECK(parameters.value("a") == "1");
    CHECK(parameters.has("b"));
    CHECK_FALSE(parameters.empty());
    CHECK(std::distance(parameters.begin(), parameters.end()) == 2);
}

TEST_CASE("bad parameters are refused where they go wrong") {
    CHECK(fault(";").code == Errc::unexpected_end);
    CHECK(fault(";").offset == 1);
    CHECK(fault(";a;;b").code == Errc::unexpected_byte);
    CHECK(fault(";a;;b").offset == 3);
    CHECK(fault(";a; ").offset == 4);
    CHECK(fault(";=1").offset == 1);
    CHECK(fault(";a=").code == Errc::unexpected_end);
    CHECK(fault(";a=").offset == 3);
    CHECK(fault(";a= ;b").offset == 4);
    CHECK(fault(";a=<b>").offset == 3);
    CHECK(fault(";a=1;\xc3\xb8=1").offset == 5);
    CHECK(fault(";a=\"b").code == Errc::unexpected_end);
    CHECK(fault(";a=\"b").offset == 3);
}

TEST_CASE("parameters beyond the limit are refused, up to it they pass") {
    const auto limit = almon::base::limits::parameters;
    CHECK(read(many(limit)).has("p" + std::to_string(limit - 1)));
    const auto text = many(limit + 1);
    Scanner in(text);
    const auto error = Parameters::parse(in).error();
    CHECK(error.code == Errc::too_large);
    CHECK(error.offset == text.size());
    CHECK(std::string_view(error.rule) == "limits::parameters");
}

TEST_CASE("who visits the parameters sees each as it is read and may refuse it") {
    std::string seen;
    const auto visit = [&seen](const Parameter& parameter) -> Result<void> {
        seen += parameter.name;
        if (parameter.name == "bad") return almon::base::fail(Errc::unsupported_value, 7, "the visitor's");
        return {};
    };
    Scanner good(";a=1;b"), bad(";a;bad;c");
    Parameters read, refused;
    CHECK(read.read(good, "", visit));
    CHECK(read.text() == ";a=1;b");
    CHECK(seen == "ab");
    seen.clear();
    CHECK(refused.read(bad, "", visit).error().code == Errc::unsupported_value);
    CHECK(seen == "abad");
}

TEST_CASE("one parameter is taken at a time, and blanks behind it stay") {
    Scanner in("a=1 ;b x");
    Parameter parameter;
    CHECK(take_parameter(in, parameter, ""));
    CHECK(parameter.value == "1");
    CHECK(in.rest() == " ;b x");
    CHECK_FALSE(take_parameter(in, parameter, ""));
    CHECK(in.rest() == " ;b x");
}

TEST_CASE("a value that is a token is told from a quoted string and from an address") {
    const auto is_token = [](std::string_view text) {
        Scanner in(text);
        Parameter parameter;
        REQUIRE(take_parameter(in, parameter, ""));
        return parameter.value_is_token;
    };
    CHECK(is_token("a=z9hG4bK.1"));
    for (const auto other : {"a", "a=\"x\"", "a=[::1]", "a=::1", "a=1:2"}) CHECK_FALSE(is_token(other));
}
