#include "almon/app/test_state.hpp"

using namespace almon::app;

TEST_CASE("without a server there is no status") {
    const TestState state;
    CHECK(status({.state = state.folder.path(), .aor = {}}) == 1);
}
