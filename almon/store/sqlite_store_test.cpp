#include "almon/store/sqlite_store.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <vector>

#include "almon/store/database.hpp"
#include "almon/store/scratch_folder_test.hpp"

using namespace almon::store;

namespace {

using Locations = std::map<std::string, std::string>;

Locations locations_of(Store& store) {
    Locations found;
    const auto read = store.for_each_location(
        [&](std::string_view key, std::string_view record) { CHECK(found.emplace(key, record).second); });
    CHECK(read.has_value());
    return found;
}

std::vector<Subscriber> subscribers_of(Store& store) {
    std::vector<Subscriber> found;
    const auto read =
        store.for_each_subscriber([&](const Subscriber& subscriber) { found.push_back(subscriber); });
    CHECK(read.has_value());
    return found;
}

std::unique_ptr<Store> opened(const std::string& folder, Durability durability = Durability::commit) {
    auto store = open_sqlite_store(folder, {durability, {}});
    REQUIRE_MESSAGE(store.has_value(), (store ? "" : store.error().sentence));
    return std::move(*store);
}

std::unique_ptr<Store> in_memory() {
    auto store = open_store_in_memory();
    REQUIRE(store.has_value());
    return std::move(*store);
}

void commit(Store& store, const std::vector<Change>& changes) {
    REQUIRE(store.commit(changes).has_value());
}

Failure refusal(const std::string& folder) {
    auto store = open_sqlite_store(folder);
    REQUIRE_FALSE(store.has_value());
    return store.error();
}

// Does to the file what another program, or another version of this one, might have done.
void tamper(const std::string& folder, const char* script) {
    auto database = Database::open(folder + "/almon.db", "");
    REQUIRE(database.has_value());
    REQUIRE(database->execute(script).has_value());
}

const Subscriber alice{"alice", "example.com", "aa", "bb", "cc"};
const Subscriber bob{"bob", "example.com", "dd", "", ""};

}  // namespace

TEST_CASE("the last change of an address-of-record is the one that counts") {
    const auto store = in_memory();
    commit(*store, {{"a", "1"}, {"b", "1"}, {"a", "2"}});
    commit(*store, {{"b", std::nullopt}, {"c", "1"}});
    CHECK(locations_of(*store) == Locations{{"a", "2"}, {"c", "1"}});
}

TEST_CASE("folding moves changes, and shows none twice and none too early") {
    const auto store = in_memory();
    commit(*store, {{"a", "1"}, {"b", "1"}, {"c", "1"}, {"a", "2"}});
    commit(*store, {{"b", std::nullopt}, {"c", "2"}, {"c", std::nullopt}, {"d", "1"}});
    const Locations all{{"a", "2"}, {"d", "1"}};
    for (std::size_t left = 8; left-- > 0;) {
        CHECK(store->fold(1) == left);
        CHECK(store->journal_length() == left);
        CHECK(locations_of(*store) == all);
    }
    CHECK(store->fold(1) == 0);
}

TEST_CASE("several changes are folded at once, as many as there are") {
    const auto store = in_memory();
    commit(*store, {{"a", "1"}, {"a", "2"}, {"b", "1"}, {"b", std::nullopt}, {"c", "1"}});
    CHECK(store->fold(0) == 5);
    CHECK(store->fold(3) == 2);
    CHECK(locations_of(*store) == Locations{{"a", "2"}, {"c", "1"}});
    CHECK(store->fold(~std::size_t{0}) == 0);
    CHECK(locations_of(*store) == Locations{{"a", "2"}, {"c", "1"}});
}

TEST_CASE("a removed record comes back only with a later change") {
    const auto store = in_memory();
    commit(*store, {{"a", "1"}});
    CHECK(store->fold(10) == 0);
    commit(*store, {{"a", std::nullopt}});
    CHECK(locations_of(*store).empty());
    commit(*store, {{"a", "2"}});
    CHECK(locations_of(*store) == Locations{{"a", "2"}});
    CHECK(store->fold(10) == 0);
    CHECK(locations_of(*store) == Locations{{"a", "2"}});
}

TEST_CASE("keys and records are octets: empty, with zeros, beyond ASCII") {
    const auto store = in_memory();
    const std::string zeros("a\0b", 3), longer("a\0c", 3);
    commit(*store, {{zeros, zeros}, {longer, ""}, {"\xff\xfe", "\xc3"}, {"x' OR 1=1 --", "';"}});
    const Locations all{{zeros, zeros}, {longer, ""}, {"\xff\xfe", "\xc3"}, {"x' OR 1=1 --", "';"}};
    CHECK(locations_of(*store) == all);
    CHECK(store->fold(10) == 0);
    CHECK(locations_of(*store) == all);
}

TEST_CASE("a commit of nothing is one") {
    const auto store = in_memory();
    CHECK(store->commit({}).has_value());
    CHECK(store->journal_length() == 0);
}

TEST_CASE("bindings and subscribers are there after a restart, folded or not") {
    const ScratchFolder folder;
    {
        const auto store = opened(folder.path());
        commit(*store, {{"a", "1"}, {"b", "1"}});
        CHECK(store->fold(1) == 1);
        commit(*store, {{"c", "1"}});
        CHECK(store->add(alice).has_value());
    }
    const auto store = opened(folder.path());
    CHECK(store->journal_length() == 0);
    CHECK(locations_of(*store) == Locations{{"a", "1"}, {"b", "1"}, {"c", "1"}});
    CHECK(subscribers_of(*store) == std::vector{alice});
}

TEST_CASE("a relaxed store is there after a restart, too") {
    const ScratchFolder folder;
    commit(*opened(folder.path(), Durability::relaxed), {{"a", "1"}});
    CHECK(locations_of(*opened(folder.path(), Durability::relaxed)) == Locations{{"a", "1"}});
}

TEST_CASE("a sync is for every store, and changes nothing of what is there") {
    for (const auto durability : {Durability::commit, Durability::relaxed, Durability::memory}) {
        const ScratchFolder folder;
        const auto store = opened(folder.path(), durability);
        CHECK(store->sync().has_value());
        commit(*store, {{"a", "1"}});
        CHECK(store->sync().has_value());
        CHECK(locations_of(*store) ==
              (durability == Durability::memory ? Locations{} : Locations{{"a", "1"}}));
        commit(*store, {{"a", "2"}});
    }
}

TEST_CASE("without durability nothing of a location is written, and nothing old comes back later") {
    const ScratchFolder folder;
    commit(*opened(folder.path()), {{"old", "1"}});
    {
        const auto store = opened(folder.path(), Durability::memory);
        commit(*store, {{"new", "1"}});
        CHECK(store->fold(10) == 0);
        CHECK(locations_of(*store).empty());
        CHECK(store->add(alice).has_value());
    }
    const auto store = opened(folder.path());
    CHECK(locations_of(*store).empty());
    CHECK(subscribers_of(*store) == std::vector{alice});
}

TEST_CASE("subscribers are added, changed, removed and listed in order") {
    const auto store = in_memory();
    const Subscriber eve{"eve", "a.example", "", "", ""};
    CHECK(store->add(bob).has_value());
    CHECK(store->add(eve).has_value());
    CHECK(store->add(alice).has_value());
    CHECK(subscribers_of(*store) == std::vector{eve, alice, bob});

    const Subscriber changed{"bob", "example.com", "11", "22", "33"};
    CHECK(store->set_secrets(changed).has_value());
    CHECK(store->remove(eve.name()).has_value());
    CHECK(subscribers_of(*store) == std::vector{alice, changed});
}

TEST_CASE("a subscriber is added once, and only one who is there can be changed or removed") {
    const auto store = in_memory();
    REQUIRE(store->add(alice).has_value());
    const auto again = store->add(Subscriber{"alice", "example.com", "other", "", ""});
    REQUIRE_FALSE(again.has_value());
    CHECK(again.error().kind == Failure::Kind::exists);
    CHECK(again.error().sentence == "alice@example.com exists already");
    CHECK(store->add({"alice", "example.org", "", "", ""}).has_value());

    const auto changed = store->set_secrets(bob);
    REQUIRE_FALSE(changed.has_value());
    CHECK(changed.error().kind == Failure::Kind::missing);
    CHECK(changed.error().sentence == "there is no subscriber bob@example.com");
    CHECK(store->remove({"alice", "example.net"}).error().kind == Failure::Kind::missing);
    CHECK(subscribers_of(*store).front() == alice);
}

TEST_CASE("two stores cannot share a state folder") {
    const ScratchFolder folder;
    auto first = opened(folder.path());
    const auto failure = refusal(folder.path());
    CHECK(failure.kind == Failure::Kind::busy);
    CHECK(failure.sentence == "the state folder " + folder.path() + " is in use by a running almon");
    commit(*first, {{"a", "1"}});
    CHECK(refusal(folder.path()).kind == Failure::Kind::busy);

    first.reset();
    CHECK(locations_of(*opened(folder.path())) == Locations{{"a", "1"}});
}

TEST_CASE("only the owner can read what the store writes") {
    const ScratchFolder folder;
    const auto store = opened(folder.path());
    commit(*store, {{"a", "1"}});
    CHECK(folder.mode_of("almon.db") == 0600);
    CHECK(folder.mode_of("almon.db-wal") == 0600);
}

TEST_CASE("a database of a newer almon is refused and left alone") {
    const ScratchFolder folder;
    commit(*opened(folder.path()), {{"a", "1"}});
    tamper(folder.path(), "PRAGMA user_version = 2");
    CHECK(refusal(folder.path()).sentence ==
          "the database was written by a newer almon (schema 2; this one knows 1)");
    tamper(folder.path(), "PRAGMA user_version = 1");
    CHECK(locations_of(*opened(folder.path())) == Locations{{"a", "1"}});
}

TEST_CASE("a file that is no database, or another's, is refused with its path") {
    const ScratchFolder folder;
    folder.write("almon.db", std::string(8192, 'x'));
    const auto failure = refusal(folder.path());
    CHECK(failure.kind == Failure::Kind::corrupt);
    CHECK(failure.sentence == folder.path() + "/almon.db: file is not a database");

    const ScratchFolder foreign;
    tamper(foreign.path(), "CREATE TABLE location (x)");
    CHECK(refusal(foreign.path()).sentence == foreign.path() + "/almon.db: table location already exists");
}

TEST_CASE("a damaged file is called corrupt when it is read") {
    const ScratchFolder folder;
    {
        const auto store = opened(folder.path());
        std::vector<Change> changes;
        for (int i = 0; i < 1000; ++i) changes.push_back({std::to_string(i), std::string(100, 'r')});
        commit(*store, changes);
        CHECK(store->fold(1000) == 0);
    }
    const auto path = folder.path() + "/almon.db";
    const auto size = std::filesystem::file_size(path);
    folder.overwrite("almon.db", 4 * 4096, std::string(size - 4 * 4096, '\xff'));
    auto store = open_sqlite_store(folder.path());
    REQUIRE(store.has_value());
    const auto read = (*store)->for_each_location([](std::string_view, std::string_view) {});
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().kind == Failure::Kind::corrupt);
}
