#include "almon/app/test_state.hpp"

using namespace almon::app;

TEST_CASE("a configuration is right or wrong") {
    const TestState state;
    state.folder.write("right.toml", "[server]\nshards = 2\n");
    state.folder.write("wrong.toml", "[server]\nshard = 2\n");
    CHECK(check(state.folder.path() + "/right.toml") == 0);
    CHECK(check(state.folder.path() + "/wrong.toml") == 1);
    CHECK(check(state.folder.path() + "/none.toml") == 1);
}
