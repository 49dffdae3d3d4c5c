#include "almon/host/files.hpp"

#include <doctest/doctest.h>

#include "almon/store/scratch_folder_test.hpp"

using namespace almon;
using namespace almon::host;

TEST_CASE("a private file is there whole, for its owner alone, and replaced in one step") {
    const store::ScratchFolder folder;
    const auto path = folder.path() + "/secret";
    CHECK_FALSE(exists(path));
    REQUIRE(write_private_file(path, std::string(100'000, 's')));
    CHECK(folder.mode_of("secret") == 0600);
    CHECK(read_file(path)->size() == 100'000);
    REQUIRE(write_private_file(path, std::string_view("a\0b", 3)));
    CHECK(*read_file(path) == std::string_view("a\0b", 3));
    CHECK_FALSE(exists(path + ".new"));
}

TEST_CASE("what cannot be read or written is told with the system's reason") {
    const store::ScratchFolder folder;
    CHECK(read_file(folder.path() + "/none").error() == "the file cannot be read: No such file or directory");
    const auto written = write_private_file(folder.path() + "/no/such/folder", "x");
    REQUIRE_FALSE(written);
    CHECK(written.error().find("cannot write " + folder.path() + "/no/such/folder.new") != std::string::npos);
}

TEST_CASE("a private folder is made once, and one that is there stays as it is") {
    const store::ScratchFolder folder;
    const auto path = folder.path() + "/tls";
    REQUIRE(make_private_folder(path));
    CHECK(folder.mode_of("tls") == 0700);
    std::filesystem::permissions(path, std::filesystem::perms(0750));
    REQUIRE(make_private_folder(path));
    CHECK(folder.mode_of("tls") == 0750);
    CHECK_FALSE(make_private_folder(path + "/a/b"));
}
