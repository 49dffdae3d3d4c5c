#include "almon/host/config_value.hpp"

#include <doctest/doctest.h>

using namespace almon;
using namespace almon::host;

namespace {

// What is complained of, with "line:column " before it.
std::string said(Complaints complaints) {
    std::string lines;
    for (const auto& [place, message] : std::move(complaints).take())
        lines += std::to_string(place.line) + ":" + std::to_string(place.column) + " " + message + "\n";
    return lines;
}

}  // namespace

TEST_CASE("mistakes are told in the order of their places") {
    Complaints complaints;
    complaints.add({2, 1}, "third");
    complaints.add({1, 9}, "second");
    complaints.add({1, 2}, "first");
    CHECK(complaints.count() == 3);
    CHECK(said(std::move(complaints)) == "1:2 first\n1:9 second\n2:1 third\n");
}

TEST_CASE("a number in its range is taken, anything else is refused and changes nothing") {
    Complaints complaints;
    int number = 7;
    const Given good{{1, 1}, std::int64_t{5}}, large{{1, 2}, std::int64_t{6}}, text{{1, 3}, std::string("5")};
    read_number({"n", good, complaints}, number, 1, 5);
    CHECK(number == 5);
    read_number({"n", large, complaints}, number, 1, 5, " (apples)");
    read_number({"n", text, complaints}, number, 1, 5);
    CHECK(number == 5);
    CHECK(said(std::move(complaints)) ==
          "1:2 `n`: expected a whole number from 1 to 5 (apples)\n"
          "1:3 `n`: expected a whole number from 1 to 5\n");
}

TEST_CASE("each element of a list is judged at its own place") {
    Complaints complaints;
    const Given list{{1, 1},
                     Given::List{{{1, 2}, std::string("a")}, {{1, 6}, true}, {{1, 9}, std::string("b")}}};
    std::string taken;
    read_list({"l", list, complaints}, "letters", [&](const std::string& text) -> base::Outcome<void> {
        if (text == "b") return base::trouble("not b");
        taken += text;
        return {};
    });
    CHECK(taken == "a");
    CHECK_FALSE(is_empty_list({"l", list, complaints}));
    CHECK(said(std::move(complaints)) == "1:6 `l`: expected a list of letters\n1:9 `l`: not b\n");
}

TEST_CASE("a word that is near to a known one is told") {
    const std::string_view known[]{"listen", "shards"};
    CHECK(did_you_mean("lisen", known) == "; did you mean `listen`?");
    CHECK(did_you_mean("xyzzy", known).empty());
}
