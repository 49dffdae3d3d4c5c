#include "almon/server/location.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace almon;
using namespace almon::server;
using namespace std::chrono_literals;

namespace {

constexpr base::HashKey key{1, 2};

std::unique_ptr<AorRecord> record(std::string_view aor, std::size_t bindings = 1) {
    std::vector<Binding> made(bindings);
    for (auto& binding : made) binding.contact = "sip:phone@192.0.2.7";
    return AorRecord::pack(aor, made);
}

}  // namespace

TEST_CASE("what one shard publishes all shards find") {
    base::Epochs epochs(4);
    Location location(epochs, key, 4);
    for (int i = 0; i < 100; ++i) location.publish(record("sip:u" + std::to_string(i) + "@example.com"));
    for (int i = 0; i < 100; ++i) {
        const auto aor = "sip:u" + std::to_string(i) + "@example.com";
        REQUIRE(location.find(aor));
        CHECK(location.find(aor)->aor() == aor);
    }
    CHECK_FALSE(location.find("sip:nobody@example.com"));
}

TEST_CASE("a shard's records are those whose REGISTERs are handed to it") {
    base::Epochs epochs(4);
    Location location(epochs, key, 4);
    for (int i = 0; i < 100; ++i) location.publish(record("sip:u" + std::to_string(i) + "@example.com"));
    std::size_t visited = 0;
    for (std::uint16_t shard = 0; shard < 4; ++shard)
        location.for_each(shard, [&](const AorRecord& found) {
            ++visited;
            CHECK(location.owner(found.aor()) == shard);
            CHECK(sip::owner_of_aor(key, found.aor()) % 4 == shard);
        });
    CHECK(visited == 100);
}

TEST_CASE("addresses-of-record and bindings are counted") {
    base::Epochs epochs(2);
    Location location(epochs, key, 2);
    location.publish(record("sip:a@example.com", 2));
    location.publish(record("sip:b@example.com", 3));
    CHECK(location.aors() == 2);
    CHECK(location.bindings() == 5);
    location.publish(record("sip:a@example.com", 1));
    CHECK(location.bindings() == 4);
    location.remove("sip:b@example.com");
    location.remove("sip:c@example.com");
    CHECK(location.aors() == 1);
    CHECK(location.bindings() == 1);
}
