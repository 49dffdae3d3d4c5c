#include "almon/base/published_map.hpp"

#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <string>
#include <thread>

#include "almon/base/crypto/siphash.hpp"
#include "almon/base/random.hpp"

using namespace almon::base;

namespace {

struct Entry {
    Entry(std::string name, int number, int* alive = nullptr)
        : text(std::move(name)), value(number), living(alive) {
        if (living) ++*living;
    }
    ~Entry() {
        value = -1;  // who still reads it finds out
        if (living) --*living;
    }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    std::string_view key() const { return text; }

    std::string text;
    int value;
    int* living;
};

std::uint64_t hash(std::string_view key) {
    return siphash64(HashKey{1, 2}, {key});
}

struct Map : PublishedMap<Entry> {
    using PublishedMap::PublishedMap;
    void put(const std::string& key, int value, int* living = nullptr) {
        publish(hash(key), std::make_unique<const Entry>(key, value, living));
    }
    bool drop(const std::string& key) { return remove(hash(key), key); }
    std::optional<int> at(const std::string& key) const {
        const auto* entry = find(hash(key), key);
        return entry ? std::optional(entry->value) : std::nullopt;
    }
};

}  // namespace

TEST_CASE("the published map agrees with std::map over a long random history") {
    Epochs epochs(1);
    Map map(epochs);
    std::map<std::string, int> model;
    Random random(7);
    for (int step = 0; step < 40'000; ++step) {
        const Epochs::Turn turn(epochs, 0);
        const auto key = std::to_string(random.below(step < 20'000 ? 3'000 : 200));
        if (random.chance(0.6)) {
            map.put(key, step);
            model[key] = step;
        } else {
            REQUIRE(map.drop(key) == (model.erase(key) == 1));
        }
        REQUIRE(map.size() == model.size());
    }
    for (int key = 0; key < 3'000; ++key) {
        const auto expected = model.find(std::to_string(key));
        CHECK(map.at(std::to_string(key)) ==
              (expected == model.end() ? std::nullopt : std::optional(expected->second)));
    }
    std::size_t visited = 0;
    map.for_each([&](const Entry& entry) { visited += model.at(entry.text) == entry.value; });
    CHECK(visited == model.size());
}

TEST_CASE("keys whose hashes are the same are told apart") {
    Epochs epochs(1);
    PublishedMap<Entry> map(epochs);
    map.publish(5, std::make_unique<const Entry>("a", 1));
    map.publish(5, std::make_unique<const Entry>("b", 2));
    CHECK(map.remove(5, "a"));
    CHECK(map.find(5, "a") == nullptr);
    REQUIRE(map.find(5, "b") != nullptr);
    CHECK(map.find(5, "b")->value == 2);
}

TEST_CASE("a replaced record lives until the turn that may have seen it ends") {
    int living = 0;
    Epochs epochs(2);
    Map map(epochs);
    map.put("alice", 1, &living);
    epochs.enter(1);
    const auto* seen = map.find(hash("alice"), "alice");
    map.put("alice", 2, &living);
    map.collect();
    CHECK(living == 2);
    CHECK(seen->value == 1);
    epochs.leave(1);
    map.collect();
    CHECK(living == 1);
}

TEST_CASE("replaced records do not pile up though nobody calls collect") {
    int living = 0;
    Epochs epochs(1);
    Map map(epochs);
    for (int i = 0; i < 10'000; ++i) map.put("alice", i, &living);
    CHECK(living < 200);
}

TEST_CASE("nothing is left when the map goes") {
    int living = 0;
    {
        Epochs epochs(1);
        Map map(epochs);
        const Epochs::Turn turn(epochs, 0);
        for (int i = 0; i < 500; ++i) map.put(std::to_string(i % 300), i, &living);
        CHECK(living == 500);
    }
    CHECK(living == 0);
}

TEST_CASE("three threads read whole and live records while one writes") {
    constexpr std::uint16_t readers = 3;
    constexpr int keys = 200;
    Epochs epochs(readers);
    Map map(epochs);
    for (int key = 0; key < keys; ++key) map.put(std::to_string(key), key);
    std::atomic<bool> stop{false};
    std::atomic<std::uint64_t> looked{0}, wrong{0};
    // Even keys are always there, odd ones come and go; a value is its key modulo `keys` in both cases.
    const auto read = [&](std::uint16_t reader) {
        for (int round = 0; !stop; ++round) {
            const Epochs::Turn turn(epochs, reader);
            const auto key = (round * 7 + reader) % keys;
            const auto* entry = map.find(hash(std::to_string(key)), std::to_string(key));
            if (entry ? entry->value % keys != key : key % 2 == 0) ++wrong;
            ++looked;
        }
    };
    std::vector<std::thread> threads;
    for (std::uint16_t reader = 0; reader < readers; ++reader) threads.emplace_back(read, reader);
    int key = 0;
    for (int step = 0; step < 20'000 || looked < 1'000; ++step, key = (key + 1) % keys) {
        map.put(std::to_string(key), key + keys * (step % 5));
        if (key % 2 == 1 && step % 3 == 0) map.drop(std::to_string(key));
        if (step < 4'000) map.put("extra " + std::to_string(step), step);  // makes the table grow
    }
    stop = true;
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
}
