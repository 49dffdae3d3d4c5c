#include "almon/sim/virtual_disk.hpp"

#include <doctest/doctest.h>

#include <set>

#include "almon/store/sqlite_store.hpp"

using namespace almon;
using namespace almon::sim;

namespace {

std::unique_ptr<store::Store> open(const VirtualDisk& disk) {
    auto opened = store::open_sqlite_store("state", {.vfs = disk.vfs()});
    if (!opened) FAIL(opened.error().sentence);
    return std::move(*opened);
}

store::Stored<void> put(store::Store& store, const std::string& key) {
    const store::Change change{key, "record of " + key};
    return store.commit({&change, 1});
}

std::set<std::string> keys(store::Store& store) {
    std::set<std::string> keys;
    const auto note = [&](std::string_view key, std::string_view) { keys.emplace(key); };
    REQUIRE(store.for_each_location(note));
    return keys;
}

}  // namespace

TEST_CASE("the database works on a virtual disk, and a second start finds what the first one left") {
    VirtualDisk disk(1);
    REQUIRE(put(*open(disk), "alice"));
    CHECK(keys(*open(disk)) == std::set<std::string>{"alice"});
    CHECK(disk.counters().syncs > 0);
}

TEST_CASE(
    "whatever the power does, what was committed is there, and what was not is there whole or not at all") {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        CAPTURE(seed);
        VirtualDisk disk(seed);
        base::Random random(seed);
        std::set<std::string> committed;
        for (int life = 0; life < 3; ++life) {
            auto store = open(disk);
            for (const auto& key : committed) REQUIRE(keys(*store).contains(key));
            for (std::uint64_t left = random.below(20); left > 0; --left) {
                const auto key = "user" + std::to_string(random.below(50));
                REQUIRE(put(*store, key));
                committed.insert(key);
                if (random.chance(0.2)) REQUIRE(store->fold(random.below(10) + 1));
            }
            disk.cut_power();  // and only then the store is closed, too late to do any good
        }
        CHECK(keys(*open(disk)) == committed);
    }
}

TEST_CASE("a full disk refuses a commit, keeps the ones before, and takes more when there is room") {
    VirtualDisk disk(1);
    auto store = open(disk);
    REQUIRE(put(*store, "alice"));
    disk.faults.capacity_octets = disk.used_octets();
    const auto refused = put(*store, "bob");
    REQUIRE(!refused);
    CHECK(refused.error().kind == store::Failure::Kind::full);
    CHECK(keys(*store) == std::set<std::string>{"alice"});
    disk.faults = {};
    REQUIRE(put(*store, "bob"));
    CHECK(keys(*store) == std::set<std::string>{"alice", "bob"});
}

TEST_CASE("a commit that a failing disk did not sync is refused, and the store goes on") {
    VirtualDisk disk(3);
    auto store = open(disk);
    for (const auto fault : {&VirtualDisk::Faults::write_error, &VirtualDisk::Faults::sync_error}) {
        disk.faults.*fault = 1;
        CHECK_FALSE(put(*store, "alice"));
        disk.faults = {};
        REQUIRE(put(*store, "bob"));
        CHECK(keys(*store) == std::set<std::string>{"bob"});
    }
    CHECK(disk.counters().failures > 0);
}

TEST_CASE("a relaxed store may lose what it has not synced, and loses nothing of what it has") {
    std::size_t lost = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        CAPTURE(seed);
        VirtualDisk disk(seed);
        auto store =
            store::open_sqlite_store("state", {.durability = store::Durability::relaxed, .vfs = disk.vfs()})
                .value();
        REQUIRE(put(*store, "alice"));
        REQUIRE(store->sync());
        REQUIRE(put(*store, "bob"));
        disk.cut_power();
        const auto kept = keys(*open(disk));
        CHECK(kept.contains("alice"));
        lost += !kept.contains("bob");
    }
    CHECK(lost > 0);
}
