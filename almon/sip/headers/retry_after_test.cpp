#include "almon/sip/headers/retry_after.hpp"

#include "almon/base/limits.hpp"
#include "almon/sip/headers/reading_test.hpp"

using namespace almon::sip;
using namespace almon::sip::test;

namespace {

constexpr auto rule = "RFC 3261 §20.33";

}  // namespace

TEST_CASE("the Retry-After fields of RFC 3261 §20.33 are understood") {
    const auto duration = read<RetryAfter>("18000;duration=3600");
    CHECK(duration.seconds.count() == 18'000);
    CHECK(duration.comment.empty());
    CHECK(duration.parameters.value("Duration") == "3600");
    const auto meeting = read<RetryAfter>("120 (I'm in a meeting)");
    CHECK(meeting.seconds.count() == 120);
    CHECK(meeting.comment == "(I'm in a meeting)");
    CHECK(meeting.parameters.empty());
}

TEST_CASE("a Retry-After prints what it read") {
    for (const auto text : {"0", "18000;duration=3600", "120 (I'm in a meeting)", "5 (a);duration=1;x=\"y\""})
        CHECK(reprint<RetryAfter>(text) == text);
    CHECK(reprint<RetryAfter>("007(a)\r\n ; x = y") == "7 (a);x=y");
}

TEST_CASE("a comment nests, escapes and folds") {
    for (const auto comment : {"()", "(a (b) (c (d)))", "(\\) \\( \\\\)", "(a;b=c, \"d)", "(J\xc3\xb8rn)",
                               "(a\r\n b)", "(\\\x01\\\xc3)"})
        CHECK(read<RetryAfter>(std::string("1 ") + comment + ";x").comment.size() ==
              std::string_view(comment).size());
    static constexpr std::size_t depth = 10'000;
    CHECK(reprint<RetryAfter>("1 " + repeat("(", depth) + repeat(")", depth)).size() == 2 + 2 * depth);
}

TEST_CASE("more seconds than can be counted are as many as can be counted") {
    CHECK(read<RetryAfter>("4294967295").seconds.count() == 4'294'967'295U);
    CHECK(read<RetryAfter>("4294967296 (x)").comment == "(x)");
    CHECK(reprint<RetryAfter>("99999999999999999999999;x") == "4294967295;x");
}

TEST_CASE("a comment that does not close is refused") {
    CHECK(fault<RetryAfter>("120 (") == end_at(5, rule));
    CHECK(fault<RetryAfter>("120 (a(b)") == end_at(9, rule));
    CHECK(fault<RetryAfter>("120 (a\\)") == end_at(8, rule));
    CHECK(fault<RetryAfter>("120 (a\\") == end_at(7, rule));
    CHECK(fault<RetryAfter>("120 (a))") == byte_at(7, whole));
}

TEST_CASE("control characters may not stand in a comment") {
    CHECK(fault<RetryAfter>("120 (a\x01)") == byte_at(6, rule));
    CHECK(fault<RetryAfter>(std::string_view("120 (a\0b)", 9)) == byte_at(6, rule));
    CHECK(fault<RetryAfter>("120 (a\nb)") == byte_at(6, rule));
    CHECK(fault<RetryAfter>("120 (a\\\r\n b)") == byte_at(6, rule));
    CHECK(fault<RetryAfter>("120 (a\x7f)") == byte_at(6, rule));
}

TEST_CASE("what is no Retry-After is refused where it breaks") {
    CHECK(fault<RetryAfter>("") == end_at(0, rule));
    CHECK(fault<RetryAfter>("soon") == byte_at(0, rule));
    CHECK(fault<RetryAfter>("(x) 1") == byte_at(0, rule));
    CHECK(fault<RetryAfter>("-1") == byte_at(0, rule));
    CHECK(fault<RetryAfter>("120s") == byte_at(3, whole));
    CHECK(fault<RetryAfter>("120 soon") == byte_at(4, whole));
    CHECK(fault<RetryAfter>("120;") == end_at(4, rule));
    CHECK(fault<RetryAfter>("120 (a);duration=") == end_at(17, rule));
    CHECK(fault<RetryAfter>("120 (a) (b)") == byte_at(8, whole));
    CHECK(fault<RetryAfter>("120, 240") == byte_at(3, whole));
}

TEST_CASE("a Retry-After is found in its message") {
    const auto found = message("retry-AFTER:\r\n 5\r\n\t(a\r\n b)\r\n");
    CHECK(found.get<RetryAfter>()->seconds.count() == 5);
    CHECK(found.find<RetryAfter>().value()->comment == "(a\r\n b)");
    CHECK(is_absent<RetryAfter>("Date: 1\r\n"));
}

TEST_CASE("the number of parameters of a Retry-After is limited") {
    const auto full = "1" + repeat(";x", almon::base::limits::parameters);
    CHECK(reprint<RetryAfter>(full) == full);
    CHECK(fault<RetryAfter>(full + ";x") == Error{Errc::too_large, full.size() + 2, "limits::parameters"});
}
