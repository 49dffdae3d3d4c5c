#include "almon/base/log.hpp"

#include <doctest/doctest.h>

#include <string>
#include <type_traits>
#include <vector>

#include "almon/base/test_log.hpp"

using namespace almon::base;

namespace {

constexpr Level all_levels[] = {Level::error, Level::warning, Level::info, Level::debug};

// What is private has to say so: nothing becomes Private, or stops to be it, by itself.
static_assert(!std::is_convertible_v<std::string_view, Private>);
static_assert(!std::is_convertible_v<Private, std::string_view>);

}  // namespace

TEST_CASE("a line reaches the sink as it was written") {
    RecordedLog recorder;
    const Log log(recorder, Level::info);
    log.write(Level::warning, "call refused", {{"call", Private{"c1@alice"}}, {"reason", "busy"}});
    log.write(Level::error, "the end");
    CHECK(recorder.lines ==
          std::vector<std::string>{"1 call refused call=(c1@alice) reason=busy", "0 the end"});
}

TEST_CASE("a log takes lines of its level and graver ones, no others") {
    for (const auto kept : all_levels) {
        RecordedLog recorder;
        const Log log(recorder, kept);
        for (const auto level : all_levels) {
            CHECK(log.wants(level) == (level <= kept));
            log.write(level, "x");
        }
        CHECK(recorder.lines.size() == static_cast<std::size_t>(kept) + 1);
    }
}

TEST_CASE("a log without a sink wants nothing and may be written to") {
    const Log log;
    for (const auto level : all_levels) {
        CHECK_FALSE(log.wants(level));
        log.write(level, "nobody hears it", {{"call", Private{"c1"}}});
    }
}

TEST_CASE("copies of a log write to the same sink") {
    RecordedLog recorder;
    const Log log(recorder, Level::debug);
    const Log copy = log;
    copy.write(Level::debug, "x");
    log.write(Level::debug, "y");
    CHECK(recorder.lines == std::vector<std::string>{"3 x", "3 y"});
}
