#include "almon/sip/headers/media_type.hpp"

#include "almon/base/limits.hpp"
#include "almon/sip/headers/accept.hpp"
#include "almon/sip/headers/content_type.hpp"
#include "almon/sip/headers/reading_test.hpp"

using namespace almon::sip;
using namespace almon::sip::test;

namespace {

constexpr auto content_rule = "RFC 3261 §20.15";
constexpr auto accept_rule = "RFC 3261 §20.1";

bool takes(std::string_view range, std::string_view offered) {
    return read<Accept>(range).takes(read<ContentType>(offered));
}

}  // namespace

TEST_CASE("a Content-Type is a type, a subtype and parameters") {
    const auto html = read<ContentType>("text/html; charset=ISO-8859-4");
    CHECK(html.type == "text");
    CHECK(html.subtype == "html");
    CHECK(html.parameters.value("Charset") == "ISO-8859-4");
    CHECK(printed(html) == "text/html;charset=ISO-8859-4");
    for (const auto text : {"application/sdp", "application/vnd.3gpp.ussd+xml", "message/sipfrag;version=2.0",
                            "x-a/x-b;x=\"a \\\"b\\\" \xc3\xa4\""})
        CHECK(reprint<ContentType>(text) == text);
    CHECK(reprint<ContentType>("application \r\n / \t sdp\r\n ; a = b") == "application/sdp;a=b");
}

TEST_CASE("media types are compared without case") {
    CHECK(read<ContentType>("Application/SDP;x=y").is("application", "sdp"));
    CHECK_FALSE(read<ContentType>("application/sdp").is("application", "sd"));
    CHECK_FALSE(read<ContentType>("text/sdp").is("application", "sdp"));
}

TEST_CASE("the boundary of a multipart is told without quotes") {
    const auto mixed = read<ContentType>("Multipart/mixed;BOUNDARY=\"a \\\"b\"");
    CHECK(mixed.is_multipart());
    CHECK(mixed.boundary() == "a \"b");
    CHECK(read<ContentType>("multipart/mixed;boundary=7a9cbec02ceef655").boundary() == "7a9cbec02ceef655");
    CHECK(read<ContentType>("multipart/mixed;boundary").boundary().empty());
    CHECK(read<ContentType>("multipart/mixed").boundary().empty());
    CHECK_FALSE(read<ContentType>("application/multipart").is_multipart());
}

TEST_CASE("a Content-Type is found under both of its names") {
    const auto compact = message("c: application/sdp\r\n");
    CHECK(compact.get<ContentType>()->is("application", "sdp"));
    const auto full = message("CONTENT-type:text/plain\r\n");
    CHECK(full.find<ContentType>().value()->is("text", "plain"));
    CHECK(is_absent<ContentType>("Accept: text/plain\r\n"));
}

TEST_CASE("what is no media type is refused where it breaks") {
    CHECK(fault<ContentType>("") == end_at(0, content_rule));
    CHECK(fault<ContentType>("/sdp") == byte_at(0, content_rule));
    CHECK(fault<ContentType>("application") == end_at(11, content_rule));
    CHECK(fault<ContentType>("application sdp") == byte_at(11, content_rule));
    CHECK(fault<ContentType>("application/") == end_at(12, content_rule));
    CHECK(fault<ContentType>("application/;a=b") == byte_at(12, content_rule));
    CHECK(fault<ContentType>("\"text\"/html") == byte_at(0, content_rule));
    CHECK(fault<ContentType>("text/html;") == end_at(10, content_rule));
    CHECK(fault<ContentType>("text/html;=x") == byte_at(10, content_rule));
    CHECK(fault<ContentType>("text/html;charset=") == end_at(18, content_rule));
    CHECK(fault<ContentType>("text/html;charset=\"x") == end_at(18, content_rule));
    CHECK(fault<ContentType>("text/html/x") == byte_at(9, whole));
    CHECK(fault<ContentType>("text/html, text/plain") == byte_at(9, whole));
    CHECK(fault<Accept>("text/html, text") == end_at(15, accept_rule));
    CHECK(fault<Accept>("text/html,") == end_at(10, whole));
}

TEST_CASE("the number of parameters of a media type is limited") {
    const auto full = "a/b" + repeat(";x=1", almon::base::limits::parameters);
    CHECK(reprint<ContentType>(full) == full);
    CHECK(fault<Accept>(full + ";x") == Error{Errc::too_large, full.size() + 2, "limits::parameters"});
}

TEST_CASE("an Accept lists media ranges with their preferences") {
    CHECK(values<Accept>("Accept: application/sdp;level=1 , application/x-private;q=0.5,\r\n text/html\r\n"
                         "ACCEPT: */*\r\n") ==
          Texts{"application/sdp;level=1", "application/x-private;q=0.5", "text/html", "*/*"});
    CHECK(values<Accept>("Accept: \r\nAccept: text/*\r\n") == Texts{"text/*"});
    CHECK(values<Accept>("Accept:\r\n") == Texts{});
    CHECK(is_absent<Accept>("c: text/plain\r\n"));
}

TEST_CASE("a media range takes what it names") {
    CHECK(takes("application/sdp", "Application/SDP;x=1"));
    CHECK(takes("application/*", "application/sdp"));
    CHECK(takes("*/*;q=0.001", "text/plain"));
    CHECK_FALSE(takes("application/sdp", "application/pidf+xml"));
    CHECK_FALSE(takes("text/*", "application/sdp"));
    CHECK_FALSE(takes("*/plain", "text/plain"));
}

TEST_CASE("a preference of nought takes nothing") {
    CHECK_FALSE(takes("application/sdp;q=0", "application/sdp"));
    CHECK_FALSE(takes("*/*;Q=0.000", "text/plain"));
    CHECK(takes("text/plain;q=none", "text/plain"));
    CHECK(takes("text/plain;q", "text/plain"));
}
