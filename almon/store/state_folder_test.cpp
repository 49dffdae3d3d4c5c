#include "almon/store/state_folder.hpp"

#include "almon/store/scratch_folder_test.hpp"

using namespace almon::store;

TEST_CASE("a new state folder and its database are the owner's alone") {
    const ScratchFolder parent;
    for (const std::string name : {"a/b/state", "a/slash/"}) {
        CAPTURE(name);
        CHECK(make_state_folder(parent.path() + "/" + name).has_value());
        CHECK(parent.mode_of(name) == 0700);
        CHECK(parent.mode_of(name + "/almon.db") == 0600);
    }
}

TEST_CASE("a state folder that is there keeps its modes and its database") {
    const ScratchFolder folder;
    folder.write("almon.db", "precious");
    std::filesystem::permissions(folder.path(), std::filesystem::perms(0750));
    std::filesystem::permissions(database_path(folder.path()), std::filesystem::perms(0640));
    CHECK(make_state_folder(folder.path()).has_value());
    CHECK(folder.mode_of("") == 0750);
    CHECK(folder.mode_of("almon.db") == 0640);
    CHECK(std::filesystem::file_size(database_path(folder.path())) == 8);
}

TEST_CASE("a state folder that cannot be made is named, with the reason") {
    const ScratchFolder folder;
    folder.write("file", "");
    const auto made = make_state_folder(folder.path() + "/file/state");
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().sentence ==
          "cannot make the state folder " + folder.path() + "/file/state: Not a directory");
}

TEST_CASE("a database that cannot be made is named, with the reason") {
    const ScratchFolder folder;
    std::filesystem::create_symlink("/nowhere/at/all", folder.path() + "/state");
    const auto made = make_state_folder(folder.path() + "/state");
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().kind == Failure::Kind::other);
}
