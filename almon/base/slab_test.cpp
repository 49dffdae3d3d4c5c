#include "almon/base/slab.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

using namespace almon::base;

TEST_CASE("a handle finds its object and no other") {
    Slab<std::string> slab;
    const auto a = slab.emplace("a");
    const auto b = slab.emplace("b");
    CHECK(*slab.get(a) == "a");
    CHECK(*slab.get(b) == "b");
    CHECK(slab.size() == 2);
    CHECK(Handle<std::string>::from_bits(a.bits()) == a);
}

TEST_CASE("a handle to an erased object finds nothing, even when the slot lives again") {
    Slab<std::string> slab;
    const auto old = slab.emplace("old");
    slab.erase(old);
    CHECK(slab.get(old) == nullptr);
    const auto young = slab.emplace("young");
    CHECK(young.slot == old.slot);
    CHECK(slab.get(old) == nullptr);
    CHECK(*slab.get(young) == "young");
    CHECK(slab.get({}) == nullptr);
    CHECK(slab.get({99, 1}) == nullptr);
}

TEST_CASE("addresses hold while the slab grows, and the slab destroys what is left") {
    const auto counted = std::make_shared<int>(0);
    {
        Slab<std::shared_ptr<int>> slab;
        const auto first = slab.emplace(counted);
        auto* const address = slab.get(first);
        for (int i = 0; i < 1000; ++i) slab.emplace(counted);
        CHECK(slab.get(first) == address);
        int seen = 0;
        slab.for_each([&](auto handle, auto&) {
            if (++seen % 2) slab.erase(handle);
        });
        CHECK(seen == 1001);
        CHECK(slab.size() == 500);
        CHECK(counted.use_count() == 501);
    }
    CHECK(counted.use_count() == 1);
}
