// What a store owes when the disk is full or the process is killed. The faults are made by a SQLite VFS
// around the operating system's: it can pretend to be full, and kill the process before, or in the middle of,
// any one write, sync, truncation or deletion, so that a few hundred rounds meet every moment at which a file
// may be left behind.
#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <map>
#include <random>
#include <vector>

#include "almon/store/scratch_folder_test.hpp"
#include "almon/store/sqlite_store.hpp"

using namespace almon::store;

namespace {

// --- the disk ---

struct Disk {
    bool full = false;
    long operations_to_live = -1;  // -1: for ever
    sqlite3_vfs* real_vfs = nullptr;
    sqlite3_io_methods real_file{};
};

Disk& disk() {
    static Disk the_disk;
    return the_disk;
}

bool is_last_operation() {
    return disk().operations_to_live >= 0 && disk().operations_to_live-- == 0;
}

[[noreturn]] void die() {
    ::kill(::getpid(), SIGKILL);
    std::abort();
}

int faulty_write(sqlite3_file* file, const void* octets, int size, sqlite3_int64 offset) {
    if (disk().full) return SQLITE_FULL;
    if (is_last_operation()) {
        disk().real_file.xWrite(file, octets, size / 2, offset);
        die();
    }
    return disk().real_file.xWrite(file, octets, size, offset);
}

// What a killed process has written is with the system: only a power cut needs the sync, and it takes its
// time.
int faulty_sync(sqlite3_file*, int) {
    if (is_last_operation()) die();
    return SQLITE_OK;
}

int faulty_truncate(sqlite3_file* file, sqlite3_int64 size) {
    if (is_last_operation()) die();
    return disk().real_file.xTruncate(file, size);
}

int faulty_delete(sqlite3_vfs*, const char* name, int sync_folder) {
    if (is_last_operation()) die();
    return disk().real_vfs->xDelete(disk().real_vfs, name, sync_folder);
}

// SQLite's files differ in how they lock, so each table of theirs gets a copy of ours.
const sqlite3_io_methods* with_faults(const sqlite3_io_methods* real) {
    static std::map<const sqlite3_io_methods*, sqlite3_io_methods> tables;
    const auto [entry, is_new] = tables.try_emplace(real, *real);
    if (is_new) {
        disk().real_file = *real;
        entry->second.xWrite = faulty_write;
        entry->second.xSync = faulty_sync;
        entry->second.xTruncate = faulty_truncate;
    }
    return &entry->second;
}

int faulty_open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
    const int code = disk().real_vfs->xOpen(disk().real_vfs, name, file, flags, flags_out);
    if (code == SQLITE_OK) file->pMethods = with_faults(file->pMethods);
    return code;
}

std::string faulty_vfs() {
    static sqlite3_vfs vfs{};
    if (vfs.zName == nullptr) {
        disk().real_vfs = sqlite3_vfs_find(nullptr);
        vfs = *disk().real_vfs;
        vfs.zName = "faulty";
        vfs.pNext = nullptr;
        vfs.xOpen = faulty_open;
        vfs.xDelete = faulty_delete;
        REQUIRE(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK);
    }
    return vfs.zName;
}

// --- what is written, and what must then be there ---

using Locations = std::map<std::string, std::string>;

Locations locations_of(Store& store) {
    Locations found;
    const auto read = store.for_each_location([&](auto key, auto record) { found.emplace(key, record); });
    if (!read) found.emplace("error", read.error().sentence);
    return found;
}

// Batch number n, always the same: some changes of a few keys, some of them removals, and n itself.
std::vector<Change> batch(unsigned n) {
    std::minstd_rand random(n);
    std::vector<Change> changes{{"last", std::to_string(n)}};
    for (auto left = random() % 5; left > 0; --left) {
        const auto key = "key " + std::to_string(random() % 20);
        if (random() % 3 == 0)
            changes.push_back({key, std::nullopt});
        else
            changes.push_back({key, std::string(random() % 3000, 'r') + std::to_string(n)});
    }
    return changes;
}

void apply(Locations& locations, unsigned n) {
    for (const auto& [key, record] : batch(n)) {
        if (record)
            locations[key] = *record;
        else
            locations.erase(key);
    }
}

Locations after(unsigned batches) {
    Locations locations;
    for (unsigned n = 1; n <= batches; ++n) apply(locations, n);
    return locations;
}

unsigned last_of(const Locations& locations) {
    const auto last = locations.find("last");
    return last == locations.end() ? 0 : static_cast<unsigned>(std::stoul(last->second));
}

// What parent and children share, since a killed child can report nothing.
struct Ledger {
    unsigned acknowledged = 0;  // batches whose commit() succeeded
    unsigned checks = 0;
    unsigned faults = 0;
};

// Exactly the batches that were acknowledged are there; of the one that was under way, all or nothing.
bool holds(const Locations& found, const Ledger& ledger) {
    const auto last = last_of(found);
    return last >= ledger.acknowledged && last <= ledger.acknowledged + 1 && found == after(last);
}

// One life of a server: opens, checks what it finds, commits and folds until it is killed.
[[noreturn]] void live(const std::string& folder, long operations, Ledger& ledger) {
    disk().operations_to_live = operations;
    auto store = open_sqlite_store(folder, {Durability::commit, faulty_vfs()});
    if (!store) {
        ++ledger.faults;
        ::_exit(1);
    }
    const auto found = locations_of(**store);
    ++ledger.checks;
    if (!holds(found, ledger)) ++ledger.faults;
    ledger.acknowledged = last_of(found);
    for (unsigned n = ledger.acknowledged + 1;; ++n) {
        if (!(*store)->commit(batch(n))) ++ledger.faults;
        ledger.acknowledged = n;
        if (n % 3 == 0 && !(*store)->fold(n % 7)) ++ledger.faults;
    }
}

template <class Work>
int status_of_child(Work work) {
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) work();
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return status;
}

}  // namespace

TEST_CASE("a kill at any moment loses nothing that was acknowledged and revives nothing") {
    const ScratchFolder folder;
    void* shared = ::mmap(nullptr, sizeof(Ledger), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(shared != MAP_FAILED);
    auto& ledger = *new (shared) Ledger;
    std::minstd_rand random(4711);
    for (int life = 0; life < 200; ++life) {
        const long operations = life < 60 ? life : static_cast<long>(random() % 80);
        const int status = status_of_child([&] { live(folder.path(), operations, ledger); });
        CAPTURE(life);
        REQUIRE(WIFSIGNALED(status));
        REQUIRE(ledger.faults == 0);
    }
    CHECK(ledger.checks > 100);
    CHECK(ledger.acknowledged > 200);
    auto store = open_sqlite_store(folder.path());
    REQUIRE(store.has_value());
    CHECK(holds(locations_of(**store), ledger));
    ::munmap(shared, sizeof(Ledger));
}

TEST_CASE("another process cannot open the state folder of a store that runs") {
    const ScratchFolder folder;
    auto store = open_sqlite_store(folder.path());
    REQUIRE(store.has_value());
    const int status = status_of_child([&] {
        const auto second = open_sqlite_store(folder.path());
        ::_exit(!second && second.error().kind == Failure::Kind::busy ? 7 : 1);
    });
    CHECK(WEXITSTATUS(status) == 7);
}

TEST_CASE("a full disk fails the commit, and the next one works once there is space") {
    const ScratchFolder folder;
    auto store = open_sqlite_store(folder.path(), {Durability::commit, faulty_vfs()});
    REQUIRE(store.has_value());
    REQUIRE((*store)->commit(batch(1)).has_value());

    disk().full = true;
    const auto refused = (*store)->commit(batch(2));
    const auto not_folded = (*store)->fold(10);
    const auto not_added = (*store)->add({"alice", "example.com", "", "", ""});
    disk().full = false;
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind == Failure::Kind::full);
    CHECK(refused.error().sentence == folder.path() + "/almon.db: database or disk is full");
    CHECK(not_folded.error().kind == Failure::Kind::full);
    CHECK(not_added.error().kind == Failure::Kind::full);
    CHECK(locations_of(**store) == after(1));

    CHECK((*store)->commit(batch(2)).has_value());
    CHECK((*store)->fold(100) == 0);
    CHECK(locations_of(**store) == after(2));
    store->reset();
    CHECK(locations_of(**open_sqlite_store(folder.path())) == after(2));
}

TEST_CASE("a store whose disk is full opens, and shows what the journal holds") {
    const ScratchFolder folder;
    {
        auto store = open_sqlite_store(folder.path());
        REQUIRE(store.has_value());
        REQUIRE((*store)->commit(batch(1)).has_value());
        REQUIRE((*store)->commit(batch(2)).has_value());
    }
    const auto vfs = faulty_vfs();
    disk().full = true;
    auto store = open_sqlite_store(folder.path(), {Durability::commit, vfs});
    disk().full = false;
    REQUIRE_MESSAGE(store.has_value(), (store ? "" : store.error().sentence));
    CHECK((*store)->journal_length() == batch(1).size() + batch(2).size());
    CHECK(locations_of(**store) == after(2));
    CHECK((*store)->fold(100) == 0);
    CHECK(locations_of(**store) == after(2));
}
