#include "almon/sip/headers/content_disposition.hpp"

#include "almon/base/limits.hpp"
#include "almon/sip/headers/content_type.hpp"
#include "almon/sip/headers/reading_test.hpp"

using namespace almon::sip;
using namespace almon::sip::test;

namespace {

constexpr auto rule = "RFC 3261 §20.11";

std::string_view implied_by(std::string_view content_type) {
    return ContentDisposition::of(read<ContentType>(content_type)).type;
}

}  // namespace

TEST_CASE("a Content-Disposition is a type and parameters") {
    const auto disposition = read<ContentDisposition>("Session ; Handling = \"a;b\" ;x");
    CHECK(disposition.is("session"));
    CHECK_FALSE(disposition.is("render"));
    CHECK(disposition.parameters.value("handling") == "\"a;b\"");
    CHECK(printed(disposition) == "Session;Handling=\"a;b\";x");
    for (const auto text : {"render", "icon", "early-session;handling=optional", "x!y"})
        CHECK(reprint<ContentDisposition>(text) == text);
}

TEST_CASE("a body has to be understood unless its handling is optional") {
    CHECK(read<ContentDisposition>("session").is_required());
    CHECK(read<ContentDisposition>("session;handling=required").is_required());
    CHECK(read<ContentDisposition>("session;handling=whatever").is_required());
    CHECK(read<ContentDisposition>("session;handling").is_required());
    CHECK_FALSE(read<ContentDisposition>("session;HANDLING=Optional").is_required());
}

TEST_CASE("without the field SDP is for the session, and anything else to be shown") {
    CHECK(implied_by("Application/SDP") == "session");
    CHECK(implied_by("application/pidf+xml") == "render");
    CHECK(implied_by("text/sdp") == "render");
    CHECK(is_absent<ContentDisposition>("Content-Type: application/sdp\r\n"));
}

TEST_CASE("what is no Content-Disposition is refused where it breaks") {
    CHECK(fault<ContentDisposition>("") == end_at(0, rule));
    CHECK(fault<ContentDisposition>(";handling=optional") == byte_at(0, rule));
    CHECK(fault<ContentDisposition>("\"session\"") == byte_at(0, rule));
    CHECK(fault<ContentDisposition>("session;") == end_at(8, rule));
    CHECK(fault<ContentDisposition>("session;handling=") == end_at(17, rule));
    CHECK(fault<ContentDisposition>("session render") == byte_at(8, whole));
    CHECK(fault<ContentDisposition>("session, render") == byte_at(7, whole));
    CHECK(fault_of_field<ContentDisposition>("Content-Disposition:\r\n") == Errc::unexpected_end);
}

TEST_CASE("the number of parameters of a Content-Disposition is limited") {
    const auto full = "session" + repeat(";x=1", almon::base::limits::parameters);
    CHECK(reprint<ContentDisposition>(full) == full);
    CHECK(fault<ContentDisposition>(full + ";x") ==
          Error{Errc::too_large, full.size() + 2, "limits::parameters"});
}
