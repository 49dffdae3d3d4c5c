#include "almon/sip/locate.hpp"

#include <doctest/doctest.h>

using namespace almon;
using namespace almon::sip;

namespace {
constexpr std::string_view message =
    "INVITE sip:a@b SIP/2.0\r\nVia: x\r\nSubject: one\r\n two\r\n= bad\r\n\r\nbody\r\nmore";

Place at(std::string_view word) {
    return locate(message, message.find(word));
}
}  // namespace

TEST_CASE("an offset is told as line, column and header field") {
    CHECK(at("sip:a").field == "start line");
    CHECK(at("sip:a").column == 8);
    CHECK(at("x\r").line == 2);
    CHECK(at("x\r").field == "Via");
    CHECK(at("two").line == 4);
    CHECK(at("two").column == 2);
    CHECK(at("two").field == "Subject");
    CHECK(at("bad").field == "header");
    CHECK(at("more").field == "body");
    CHECK(at("more").line == 8);
}

TEST_CASE("an offset beyond the end, and an empty message, have a place too") {
    CHECK(locate(message, 10'000).field == "body");
    CHECK(locate("", 0).line == 1);
    CHECK(locate("", 5).field == "start line");
}

TEST_CASE("a warning names field, octet, fault and rule") {
    char buffer[256];
    base::Printer out{buffer};
    print_warning(message, {base::Errc::unexpected_byte, 29, "RFC 3261 §25.1"}, out);
    CHECK(out.view() ==
          "Warning: 399 almon \"Via, octet 29: a byte that may not stand here (RFC 3261 §25.1)\"\r\n");
}
