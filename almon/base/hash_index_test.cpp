#include "almon/base/hash_index.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>

using namespace almon::base;

TEST_CASE("the index agrees with a map under random insertions and removals") {
    HashIndex index;
    std::map<std::uint32_t, std::uint64_t> model;
    std::mt19937_64 random(7);
    // Few distinct hashes, so that runs collide, wrap and shift.
    const auto hash_of = [](std::uint64_t key) { return key % 97 * 0x9E3779B97F4A7C15ULL; };
    for (int step = 0; step < 50'000; ++step) {
        const auto slot = static_cast<std::uint32_t>(random() % 500);
        if (const auto known = model.find(slot); known != model.end()) {
            index.erase(known->second, slot);
            model.erase(known);
        } else {
            const auto hash = hash_of(random());
            index.insert(hash, slot);
            model.emplace(slot, hash);
        }
        const auto probe = static_cast<std::uint32_t>(random() % 500);
        const auto expected = model.find(probe);
        const auto hash = expected == model.end() ? hash_of(random()) : expected->second;
        const auto found = index.find(hash, [&](std::uint32_t candidate) { return candidate == probe; });
        REQUIRE(found.has_value() == (expected != model.end()));
        REQUIRE(index.size() == model.size());
    }
}

TEST_CASE("an empty index finds nothing") {
    CHECK_FALSE(HashIndex{}.find(1, [](std::uint32_t) { return true; }));
}
