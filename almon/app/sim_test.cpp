#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "almon/app/commands.hpp"

using namespace almon::app;

namespace {

struct Run {
    int exit_code;
    std::string text;  // on standard output
};

Run run(const SimOptions& options) {
    std::fflush(stdout);
    const int terminal = ::dup(STDOUT_FILENO);
    auto* file = std::tmpfile();
    REQUIRE(::dup2(::fileno(file), STDOUT_FILENO) >= 0);
    Run run{simulate(options), {}};
    std::fflush(stdout);
    ::dup2(terminal, STDOUT_FILENO);
    ::close(terminal);
    std::rewind(file);
    for (int octet = std::fgetc(file); octet != EOF; octet = std::fgetc(file))
        run.text.push_back(static_cast<char>(octet));
    std::fclose(file);
    return run;
}

}  // namespace

TEST_CASE("lives in which all holds end the command well, with one line or one object") {
    const auto for_people = run({.seeds = 2});
    CHECK(for_people.exit_code == 0);
    CHECK(for_people.text.starts_with("2 lives of a server: "));
    CHECK(for_people.text.ends_with(" 0 failed\n"));
    CHECK(for_people.text.find('\n') == for_people.text.size() - 1);
    const auto json = run({.seeds = 2, .first_seed = 100, .json = true});
    CHECK(json.exit_code == 0);
    CHECK(json.text.starts_with("{\"lives\":2,"));
    CHECK(json.text.ends_with("\"failed\":[]}\n"));
}

TEST_CASE("one seed is replayed with all its messages, the same each time") {
    const auto first = run({.seed = 17});
    CHECK(first.exit_code == 0);
    CHECK(first.text.find(" alice -> example.com  REGISTER sip:example.com SIP/2.0  [") != std::string::npos);
    CHECK(run({.seed = 17}).text == first.text);
    CHECK(run({.seed = 18}).text != first.text);
}
