#include "almon/host/log_sink.hpp"

#include <doctest/doctest.h>

using namespace almon;
using namespace almon::host;

namespace {

std::string text(base::LogValues values, Privacy privacy = Privacy::shown) {
    return log_line(LogFormat::text, privacy, base::Level::info, "call refused", values);
}
std::string shown_as(std::string_view value) {
    return text({{"v", value}}).substr(std::string_view("info    call refused  v=").size());
}

}  // namespace

TEST_CASE("a text line has the level, the event and its values") {
    CHECK(text({}) == "info    call refused");
    CHECK(text({{"call", "a84b4c76e66710@pc33"}, {"status", "486"}}) ==
          "info    call refused  call=a84b4c76e66710@pc33  status=486");
}

TEST_CASE("a JSON line is one object") {
    CHECK(log_line(LogFormat::json, Privacy::shown, base::Level::error, "the store fails",
                   {{"reason", "no \"space\""}}) ==
          R"({"level":"error","event":"the store fails","reason":"no \"space\""})");
}

TEST_CASE("private values are hidden when the operator wants that, others are not") {
    const base::LogValue aor{"aor", base::Private{"sip:alice@example.com"}};
    CHECK(text({aor, {"status", "404"}}, Privacy::hidden) == "info    call refused  aor=…  status=404");
    CHECK(text({aor}) == "info    call refused  aor=sip:alice@example.com");
    CHECK(log_line(LogFormat::json, Privacy::hidden, base::Level::debug, "x", {aor}) ==
          R"({"level":"debug","event":"x","aor":"…"})");
}

TEST_CASE("octets of strangers forge neither a line nor a value") {
    CHECK(shown_as("a\r\nb") == "a\\x0d\\x0ab");
    CHECK(shown_as("a  status=200") == "\"a  status=200\"");
    CHECK(shown_as("\"") == "\"\\\"\"");
    CHECK(shown_as("") == "\"\"");
}

TEST_CASE("UTF-8 stays text, and what is none or steers a terminal is shown in hexadecimal") {
    CHECK(shown_as("Zoë→𝄞") == "Zoë→𝄞");
    CHECK(shown_as("\x1b[2J\x7f") == "\\x1b[2J\\x7f");
    CHECK(shown_as("\xc2\x9b") == "\\xc2\\x9b");  // CSI, a C1 control character
    CHECK(shown_as("\xc0\xaf") == "\\xc0\\xaf");  // longer than it need be
    CHECK(shown_as("\xe0\x80\xaf") == "\\xe0\\x80\\xaf");
    CHECK(shown_as("\xed\xa0\x80") == "\\xed\\xa0\\x80");  // half of a surrogate pair
    CHECK(shown_as("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
    CHECK(shown_as("\xe2\x86") == "\\xe2\\x86");  // cut short
    CHECK(shown_as("\xff") == "\\xff");
}
