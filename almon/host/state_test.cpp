#include "almon/host/state.hpp"

#include <doctest/doctest.h>

#include "almon/store/scratch_folder_test.hpp"

using namespace almon;
using namespace almon::host;

TEST_CASE("the first start makes a key that only its owner may read, later ones read it") {
    const store::ScratchFolder folder;
    const auto first = load_keys(folder.path()).value();
    CHECK(folder.mode_of("key") == 0600);
    const auto second = load_keys(folder.path()).value();
    CHECK(first.routes.low == second.routes.low);
    CHECK(first.routes.high == second.routes.high);
    CHECK(first.routes.low != 0);
    const store::ScratchFolder other;
    CHECK(load_keys(other.path()).value().routes.low != first.routes.low);
}

TEST_CASE("what need not outlive the process is made anew") {
    const store::ScratchFolder folder;
    const auto first = load_keys(folder.path()).value();
    const auto second = load_keys(folder.path()).value();
    CHECK(first.tables.low != second.tables.low);
    CHECK(first.nonces != second.nonces);
}

TEST_CASE("a key of the wrong size is refused with what to do, and left alone") {
    for (const std::size_t size : {0U, 31U, 33U}) {
        const store::ScratchFolder folder;
        REQUIRE(load_keys(folder.path()));
        folder.write("key", std::string(size, 'k'));
        const auto keys = load_keys(folder.path());
        REQUIRE_FALSE(keys);
        CHECK(keys.error().starts_with(folder.path() + "/key is damaged. Delete it"));
        CHECK(std::filesystem::file_size(folder.path() + "/key") == size);
    }
}

TEST_CASE("a folder that cannot be made is told") {
    const store::ScratchFolder folder;
    folder.write("file", "");
    CHECK_FALSE(load_keys(folder.path() + "/file/state"));
}
