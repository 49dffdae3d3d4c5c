#include "almon/sip/headers/warning.hpp"

#include "almon/base/limits.hpp"
#include "almon/sip/headers/reading_test.hpp"

using namespace almon::sip;
using namespace almon::sip::test;
namespace limits = almon::base::limits;

namespace {

constexpr auto rule = "RFC 3261 §20.43";

}  // namespace

TEST_CASE("the Warnings of RFC 3261 §20.43 are understood") {
    const auto warning = read<Warning>("307 isi.edu \"Session parameter 'foo' not understood\"");
    CHECK(warning.code == 307);
    CHECK(warning.agent == "isi.edu");
    CHECK(warning.text == "\"Session parameter 'foo' not understood\"");
    CHECK(reprint<Warning>("301 isi.edu \"Incompatible network address type 'E.164'\"") ==
          "301 isi.edu \"Incompatible network address type 'E.164'\"");
}

TEST_CASE("who warns is a host, a host and port, or a pseudonym") {
    for (const auto text : {"399 192.0.2.1:5060 \"x\"", "399 [2001:db8::1]:5060 \"x\"", "399 [::1] \"x\"",
                            "399 pseudo_nym~ \"x\"", "999 h \"\"", "100 h \"x\""})
        CHECK(reprint<Warning>(text) == text);
    CHECK(read<Warning>("399 [2001:db8::1]:5060 \"x\"").agent == "[2001:db8::1]:5060");
}

TEST_CASE("the text of a Warning may hold UTF-8, quotes and folds") {
    CHECK(unquote(read<Warning>("399 h \"J\xc3\xb8rn \\\"x\\\" \\\\\"").text) == "J\xc3\xb8rn \"x\" \\");
    CHECK(read<Warning>("399\r\n h\r\n\t\"a\r\n b\"").text == "\"a\r\n b\"");
    CHECK(reprint<Warning>("399 \t h  \"x\"") == "399 h \"x\"");
}

TEST_CASE("several Warnings are read in order") {
    CHECK(values<Warning>("Warning: 301 a \"x, 399 y\" , 302 b \"\\\",\"\r\nWARNING: 399 c \"z\"\r\n") ==
          Texts{"301 a \"x, 399 y\"", "302 b \"\\\",\"", "399 c \"z\""});
    const auto two = message("warning: 301 a \"x\", 1 b\r\n");
    CHECK(two.get<Warning>()->code == 301);
    CHECK(two.find<Warning>().value()->agent == "a");
    CHECK(is_absent<Warning>("Date: 1\r\n"));
}

TEST_CASE("the code of a Warning has three digits") {
    CHECK(fault<Warning>("1812 overture \"In Progress\"") == Error{Errc::number_too_large, 0, rule});
    CHECK(fault<Warning>("99 h \"x\"") == byte_at(0, rule));
    CHECK(fault<Warning>("099 h \"x\"") == byte_at(0, rule));
    CHECK(fault<Warning>("0307 h \"x\"") == byte_at(0, rule));
}

TEST_CASE("what is no Warning is refused where it breaks") {
    CHECK(fault<Warning>("") == end_at(0, rule));
    CHECK(fault<Warning>("h 399 \"x\"") == byte_at(0, rule));
    CHECK(fault<Warning>("399") == end_at(3, rule));
    CHECK(fault<Warning>("399h \"x\"") == byte_at(3, rule));
    CHECK(fault<Warning>("399 \"x\"") == byte_at(4, rule));
    CHECK(fault<Warning>("399 h") == end_at(5, rule));
    CHECK(fault<Warning>("399 h\"x\"") == byte_at(5, rule));
    CHECK(fault<Warning>("399 h text") == byte_at(6, rule));
    CHECK(fault<Warning>("399 h \"x") == end_at(6, rule));
    CHECK(fault<Warning>("399 h \"x\\\"") == end_at(6, rule));
    CHECK(fault<Warning>("399 h \"x\x01\"") == byte_at(8, rule));
    CHECK(fault<Warning>("399 h \"x\" y") == byte_at(10, whole));
    CHECK(fault<Warning>("399 h \"x\",") == end_at(10, whole));
    CHECK(fault<Warning>("399 h \"x\", 399") == end_at(14, rule));
}

TEST_CASE("the number of Warnings is limited") {
    const auto full = repeat("Warning: 399 h \"x\"\r\n", limits::values_per_field);
    CHECK(values<Warning>(full).back() == "399 h \"x\"");
    CHECK(values<Warning>(full + "Warning: 399 h \"x\"\r\n").back() == "refused: limits::values_per_field");
}
