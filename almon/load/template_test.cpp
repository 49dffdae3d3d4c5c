#include "almon/load/template.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace almon;
using namespace almon::load;

namespace {

constexpr std::array<Template::Fixed, 1> fixed{{{"domain", "example.com"}}};

std::string filled(std::string_view text, const Template::Values& values, std::size_t room = 200) {
    std::string buffer(room, '\0');
    base::Printer out{buffer};
    Template(text, fixed).print(values, out);
    return out.overflowed() ? "overflowed" : std::string(out.view());
}

}  // namespace

TEST_CASE("slots are filled, fixed names are known from the beginning, lines end with CRLF") {
    Template::Values values;
    values.set(Slot::user, "alice").set(Slot::cseq, "7");
    CHECK(filled("From: <sip:{user}@{domain}>\nCSeq: {cseq} {user}\n", values) ==
          "From: <sip:alice@example.com>\r\nCSeq: 7 alice\r\n");
    CHECK(filled("{user}{user}", values) == "alicealice");
    CHECK(filled("", values) == "");
}

TEST_CASE("a slot without a value is empty") {
    CHECK(filled("a\n{credentials}b\n", {}) == "a\r\nb\r\n");
}

TEST_CASE("too little room is told, not overrun") {
    Template::Values values;
    values.set(Slot::to, "<sip:bob@example.com>");
    CHECK(filled("To: {to}\n", values, 10) == "overflowed");
}
