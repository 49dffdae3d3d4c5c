#include "almon/base/result.hpp"

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <string>
#include <string_view>

using namespace almon::base;

namespace {

constexpr std::array all_codes{Errc::unexpected_end,  Errc::unexpected_byte,     Errc::missing_field,
                               Errc::repeated_field,  Errc::number_too_large,    Errc::length_mismatch,
                               Errc::too_large,       Errc::unsupported_version, Errc::unsupported_scheme,
                               Errc::method_mismatch, Errc::unsupported_value,   Errc::no_space};

Result<int> half(int number) {
    if (number % 2 != 0) return fail(Errc::unsupported_value, 7, "an even number");
    return number / 2;
}

Outcome<int> opened(bool there) {
    if (!there) return trouble("the file is missing");
    return 3;
}

}  // namespace

TEST_CASE("each kind of fault has one line of text, its own, without a full stop") {
    std::set<std::string> seen;
    for (const auto code : all_codes) {
        const std::string text = describe(code);
        CAPTURE(text);
        CHECK(text.size() > 10);
        CHECK(text != "unknown fault");
        CHECK(text.find('\n') == text.npos);
        CHECK_FALSE(text.ends_with('.'));
        CHECK_FALSE((text[0] >= 'A' && text[0] <= 'Z'));
        CHECK(seen.insert(text).second);
    }
}

TEST_CASE("the list of kinds above is whole, and what is no kind has a text too") {
    const auto behind = static_cast<Errc>(all_codes.size());
    CHECK(std::string_view(describe(behind)) == "unknown fault");
    for (std::size_t i = 0; i < all_codes.size(); ++i) CHECK(static_cast<std::size_t>(all_codes[i]) == i);
}

TEST_CASE("what people read says what is wrong") {
    CHECK(std::string_view(describe(Errc::unexpected_end)) == "the input ends too early");
    CHECK(std::string_view(describe(Errc::unexpected_byte)) == "a byte that may not stand here");
    CHECK(std::string_view(describe(Errc::too_large)) == "a limit is exceeded");
}

TEST_CASE("a result is a value, or the fault with its place and its rule") {
    CHECK(half(4).value() == 2);
    const auto odd = half(3);
    REQUIRE_FALSE(odd.has_value());
    CHECK(odd.error().code == Errc::unsupported_value);
    CHECK(odd.error().offset == 7);
    CHECK(std::string_view(odd.error().rule) == "an even number");
}

TEST_CASE("a fault passes through the steps behind it unchanged") {
    CHECK(half(12).and_then(half).value() == 3);
    CHECK(half(10).and_then(half).error() == half(3).error());
    CHECK(half(3).map([](int n) { return n + 1; }).error() == half(3).error());
    CHECK(half(8).map([](int n) { return n + 1; }).value() == 5);
    CHECK(half(3).value_or(-1) == -1);
}

TEST_CASE("faults are equal in kind, place and the text of the rule") {
    const Error error{Errc::too_large, 9, "RFC 3261 §8.1.1.5"};
    const std::string same_text = error.rule;
    CHECK(error == Error{Errc::too_large, 9, same_text.c_str()});
    CHECK(error != Error{Errc::too_large, 9, "RFC 3261 §8.1.1.4"});
    CHECK(error != Error{Errc::too_large, 8, error.rule});
    CHECK(error != Error{Errc::no_space, 9, error.rule});
    CHECK(Error{Errc::no_space} == Error{Errc::no_space, 0, ""});
}

TEST_CASE("a result without a value is just done, or failed") {
    const Result<void> done;
    const Result<void> failed = fail(Errc::no_space, 0, "");
    CHECK(done.has_value());
    CHECK_FALSE(failed.has_value());
}

TEST_CASE("an outcome is a value, or the sentence to show") {
    CHECK(opened(true).value() == 3);
    CHECK(opened(false).error() == "the file is missing");
}
