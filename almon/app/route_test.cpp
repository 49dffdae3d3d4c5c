#include "almon/app/test_state.hpp"

using namespace almon::app;

TEST_CASE("a route is explained by a configuration, unless that is wrong") {
    const TestState state;
    state.folder.write("right.toml", "[[route]]\nuser = \"bob\"\n");
    state.folder.write("wrong.toml", "[[route]]\nusr = \"bob\"\n");
    const auto explain = [&](const std::string& file, const std::string& to) {
        return explain_route({.from = "alice@127.0.0.1", .to = to, .config = state.folder.path() + file});
    };
    CHECK(explain("/right.toml", "bob@127.0.0.1") == 0);
    CHECK(explain("/right.toml", "bob@") == 1);
    CHECK(explain("/wrong.toml", "bob@127.0.0.1") == 1);
    CHECK(explain("/none.toml", "bob@127.0.0.1") == 1);
}
