#include "almon/host/log_budget.hpp"

#include <doctest/doctest.h>

namespace almon::host {
namespace {

using namespace std::chrono_literals;

constexpr base::Instant start{1h};

std::size_t written(LogBudget& budget, std::string_view event, std::size_t times, base::Instant now) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < times; ++i) count += budget.spend(event, now).write;
    return count;
}

}  // namespace

TEST_CASE("an event is written so often in a second, and then left out") {
    LogBudget budget;
    CHECK(written(budget, "wrong password", 1'000, start) == base::limits::log_lines_per_second);
    CHECK(written(budget, "wrong password", 10, start + 999ms) == 0);
    CHECK(written(budget, "wrong password", 1'000, start + 1s) == base::limits::log_lines_per_second);
}

TEST_CASE("one event takes nothing from another") {
    LogBudget budget;
    written(budget, "wrong password", 1'000, start);
    CHECK(written(budget, "message refused", 10, start) == 10);
}

TEST_CASE("the first line of a later second tells how many were left out, once") {
    LogBudget budget;
    written(budget, "wrong password", base::limits::log_lines_per_second + 7, start);
    CHECK(budget.spend("wrong password", start + 2s).left_out == 7);
    CHECK(budget.spend("wrong password", start + 2s).left_out == 0);
}

}  // namespace almon::host
