#include "almon/sip/headers/event.hpp"

#include "almon/base/limits.hpp"
#include "almon/sip/headers/reading_test.hpp"

using namespace almon::sip;
using namespace almon::sip::test;

namespace {

constexpr auto rule = "RFC 6665 §8.2.1";

}  // namespace

TEST_CASE("an Event is a package, its templates and parameters") {
    const auto event = read<Event>("presence.winfo ; ID=\"a;b\" ;x");
    CHECK(event.package == "presence.winfo");
    CHECK(event.parameters.value("id") == "\"a;b\"");
    CHECK(event.parameters.has("x"));
    CHECK(printed(event) == "presence.winfo;ID=\"a;b\";x");
    for (const auto text : {"refer;id=93809824", "message-summary", "a.b.c.d", "Presence", "-!%*_+`'~"})
        CHECK(reprint<Event>(text) == text);
}

TEST_CASE("an Event is found under both of its names") {
    const auto compact = message("o:\r\n dialog\r\n ;id=1\r\n");
    CHECK(compact.get<Event>()->package == "dialog");
    CHECK(compact.get<Event>()->parameters.value("id") == "1");
    const auto full = message("EVENT: dialog\r\n");
    CHECK(full.find<Event>().value()->package == "dialog");
    CHECK(full.find<Event>().value()->parameters.empty());
    CHECK_FALSE(message("Events: dialog\r\n").has(Event::name));
}

TEST_CASE("neither package nor template is empty") {
    CHECK(fault<Event>("") == end_at(0, rule));
    CHECK(fault<Event>(";id=1") == byte_at(0, rule));
    CHECK(fault<Event>(".winfo") == byte_at(0, rule));
    CHECK(fault<Event>("presence.") == end_at(9, rule));
    CHECK(fault<Event>("presence..winfo") == byte_at(9, rule));
    CHECK(fault<Event>("presence.;id=1") == byte_at(9, rule));
}

TEST_CASE("what is no Event is refused where it breaks") {
    CHECK(fault<Event>("\"presence\"") == byte_at(0, rule));
    CHECK(fault<Event>("pr\xc3\xa4senz") == byte_at(2, whole));
    CHECK(fault<Event>("presence;") == end_at(9, rule));
    CHECK(fault<Event>("presence;=1") == byte_at(9, rule));
    CHECK(fault<Event>("presence;id=") == end_at(12, rule));
    CHECK(fault<Event>("presence dialog") == byte_at(9, whole));
    CHECK(fault<Event>("presence, dialog") == byte_at(8, whole));
}

TEST_CASE("the number of parameters of an Event is limited") {
    const auto full = "a" + repeat(";x=1", almon::base::limits::parameters);
    CHECK(reprint<Event>(full) == full);
    CHECK(fault<Event>(full + ";x") == Error{Errc::too_large, full.size() + 2, "limits::parameters"});
}
