#include "almon/host/nearest.hpp"

#include <doctest/doctest.h>

#include <array>

using almon::host::edit_distance;

namespace {

std::string_view nearest(std::string_view wrong) {
    static constexpr std::array<std::string_view, 4> known{"listen", "domains", "state", "shards"};
    return almon::host::nearest(wrong, known);
}

}  // namespace

TEST_CASE("the edit distance counts added, removed and changed octets") {
    CHECK(edit_distance("", "") == 0);
    CHECK(edit_distance("listen", "listen") == 0);
    CHECK(edit_distance("", "abc") == 3);
    CHECK(edit_distance("abc", "") == 3);
    CHECK(edit_distance("lisen", "listen") == 1);
    CHECK(edit_distance("listenn", "listen") == 1);
    CHECK(edit_distance("kitten", "sitting") == 3);
    CHECK(edit_distance("ab", "ba") == 2);
}

TEST_CASE("the nearest word is suggested, and none for a word that resembles nothing") {
    CHECK(nearest("lisen") == "listen");
    CHECK(nearest("domain") == "domains");
    CHECK(nearest("shard") == "shards");
    CHECK(nearest("Listen") == "listen");
    CHECK(nearest("timer_c") == "");
    CHECK(nearest("") == "");
}
