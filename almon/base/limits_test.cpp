#include "almon/base/limits.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace {

std::string file(const std::string& path) {
    std::ifstream in(ALMON_SOURCE_DIR "/" + path, std::ios::binary);
    REQUIRE_MESSAGE(in, path);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::vector<std::string> lines_of(const std::string& path) {
    std::istringstream text(file(path));
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
}

// 4'000'000 as 4,000,000 and 100ms as 100 ms.
std::string for_people(std::string value) {
    const auto unit = value.find_first_of("ms");
    if (unit != value.npos) value.insert(unit, " ");
    std::replace(value.begin(), value.end(), '\'', ',');
    return value;
}

// The default of each limit, by name.
std::map<std::string, std::string> limits_of_code() {
    std::map<std::string, std::string> limits;
    for (const auto& line : lines_of("almon/base/limits.hpp")) {
        const auto equals = line.find(" = ");
        if (!line.starts_with("inline constexpr ") || equals == line.npos) continue;
        const auto name = line.rfind(' ', equals - 1) + 1;
        limits[line.substr(name, equals - name)] =
            for_people(line.substr(equals + 3, line.find(';') - equals - 3));
    }
    return limits;
}

struct Row {
    std::string limit, value, test_file, test_case;
};

// The rows about a limit: | `limit` | default | key | what it protects | `folder/file`: test case |
std::vector<Row> rows_of_page() {
    std::vector<Row> rows;
    for (const auto& line : lines_of("docs/reference/limits.md")) {
        if (!line.starts_with("| `")) continue;
        std::vector<std::string> cells;
        std::istringstream text(line.substr(2));
        for (std::string cell; std::getline(text, cell, '|');)
            cells.push_back(cell.substr(0, cell.find_last_not_of(' ') + 1).substr(cell.starts_with(' ')));
        REQUIRE_MESSAGE(cells.size() == 5, line);
        const auto colon = cells[4].find("`: ");
        REQUIRE_MESSAGE(colon != std::string::npos, line);
        rows.push_back({cells[0].substr(1, cells[0].size() - 2), cells[1], cells[4].substr(1, colon - 1),
                        cells[4].substr(colon + 3)});
    }
    return rows;
}

}  // namespace

TEST_CASE("the page of limits has each limit once, with its default, and no other") {
    auto unmentioned = limits_of_code();
    CHECK(unmentioned.size() >= 40);
    for (const auto& row : rows_of_page()) {
        CAPTURE(row.limit);
        const auto found = unmentioned.find(row.limit);
        REQUIRE(found != unmentioned.end());
        CHECK(found->second == row.value);
        unmentioned.erase(found);
    }
    for (const auto& [name, value] : unmentioned) FAIL_CHECK(name << " is not on the page");
}

TEST_CASE("each limit has a test that reaches it, and the test is there") {
    for (const auto& row : rows_of_page()) {
        CAPTURE(row.limit);
        const auto text = file("almon/" + row.test_file + "_test.cpp");
        CHECK_MESSAGE(text.find('"' + row.test_case + '"') != text.npos, row.test_case);
    }
}
