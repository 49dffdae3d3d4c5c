#include "almon/sim/virtual_file.hpp"

#include <doctest/doctest.h>

using namespace almon;
using namespace almon::sim;

TEST_CASE("a reader sees what was written, in holes zeros, and nothing behind the end") {
    VirtualFile file;
    file.write(2, "abc");
    CHECK(file.read(0, 10) == std::string_view("\0\0abc", 5));
    file.write(3, "X");
    CHECK(file.read(2, 3) == "aXc");
    file.truncate(3);
    CHECK(file.read(2, 3) == "a");
    CHECK(file.read(3, 3).empty());
}

TEST_CASE("what was synced survives the power, all of it") {
    base::Random random(1);
    VirtualFile file;
    file.write(0, "kept");
    CHECK_FALSE(file.is_on_disk());
    file.sync();
    CHECK(file.is_on_disk());
    CHECK(file.after_power_cut(random).read(0, 9) == "kept");
}

TEST_CASE("what was not synced is kept, lost or torn, sector by sector") {
    const auto sectors = 64;
    const std::string before(sectors * VirtualFile::sector_octets, 'a');
    VirtualFile file;
    file.write(0, before);
    file.sync();
    file.write(0, std::string(before.size(), 'b'));
    base::Random random(7);
    const auto left = file.after_power_cut(random);
    int kept = 0, lost = 0, torn = 0;
    for (std::size_t i = 0; i < sectors; ++i) {
        const auto sector = left.read(i * VirtualFile::sector_octets, VirtualFile::sector_octets);
        const auto news = sector.find_first_not_of('b');
        if (news == std::string_view::npos)
            ++kept;
        else if (news == 0)
            ++lost;
        else
            ++torn;
        if (news != std::string_view::npos) CHECK(sector.find('b', news) == std::string_view::npos);
    }
    CHECK(kept > 16);
    CHECK(lost > 16);
    CHECK(torn > 0);
}
