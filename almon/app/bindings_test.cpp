#include "almon/app/test_state.hpp"

using namespace almon::app;

TEST_CASE("without a server the bindings are those of the store") {
    const TestState state;
    CHECK(bindings({.state = state.folder.path(), .aor = {}}) == 0);
    CHECK(bindings({.state = state.folder.path(), .aor = "alice", .json = true}) == 0);
}

TEST_CASE("a state folder that cannot be opened is told") {
    const TestState state;
    state.folder.write("file", "");
    CHECK(bindings({.state = state.folder.path() + "/file", .aor = {}}) == 1);
}
