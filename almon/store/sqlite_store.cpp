#include "almon/store/sqlite_store.hpp"

#include <algorithm>
#include <limits>

#include "almon/store/database.hpp"
#include "almon/store/state_folder.hpp"

namespace almon::store {
namespace {

constexpr std::int64_t schema_version = 1;

// The version is set in the same transaction: a file is either empty or whole.
constexpr auto schema = R"(
    BEGIN IMMEDIATE;
    CREATE TABLE subscriber (
        user TEXT NOT NULL, domain TEXT NOT NULL,
        ha1_md5 TEXT NOT NULL, ha1_sha256 TEXT NOT NULL, ha1_sha512_256 TEXT NOT NULL,
        PRIMARY KEY (domain, user)) STRICT, WITHOUT ROWID;
    CREATE TABLE location (key TEXT PRIMARY KEY, record BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE location_journal (seq INTEGER PRIMARY KEY, key TEXT NOT NULL, record BLOB) STRICT;
    PRAGMA user_version = 1;
    COMMIT;)";

// Exclusive: the lock is taken by the first read and kept, the index of the write-ahead log lives on the
// heap, and a commit costs no lock calls. secure_delete: secrets that are replaced do not linger in the file
// where overwriting them is free. The cache (KiB) holds the pages that a fold of 1,000 scattered records
// makes dirty, and the log (pages) some folds, so that a page is written back once for all of them.
constexpr auto ways = R"(
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA secure_delete = FAST;
    PRAGMA cell_size_check = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -16384;
    PRAGMA wal_autocheckpoint = 4000;)";

// Changes that one transaction folds while the store is opened: nobody waits, and the more at once the
// cheaper.
constexpr std::size_t fold_at_once = 100'000;

std::size_t count_in(const Row& row, int column) {
    return static_cast<std::size_t>(row.number(column));
}

std::string print(SubscriberName name) {
    return std::string(name.user) + "@" + std::string(name.domain);
}

tl::unexpected<Failure> newer_schema(std::int64_t version) {
    return fail(Failure::Kind::other, "the database was written by a newer almon (schema " +
                                          std::to_string(version) + "; this one knows " +
                                          std::to_string(schema_version) + ")");
}

class SqliteStore final : public Store {
 public:
    SqliteStore(Database database, Durability durability)
        : database_(std::move(database)), durability_(durability) {}

    // Brings an opened file to the present schema and the asked durability.
    [[nodiscard]] Stored<void> begin();

    Stored<void> commit(std::span<const Change> changes) override;
    Stored<void> sync() override;
    Stored<std::size_t> fold(std::size_t max_changes) override;
    std::size_t journal_length() const override { return journal_length_; }
    Stored<void> for_each_location(LocationVisitor visit) override;
    Stored<void> add(const Subscriber& subscriber) override;
    Stored<void> set_secrets(const Subscriber& subscriber) override;
    Stored<void> remove(SubscriberName name) override;
    Stored<void> for_each_subscriber(Visitor<const Subscriber&> visit) override;

 private:
    // Runs `work` and all that it writes as one durable step.
    template <class Work>
    Stored<void> transact(Work work);
    Stored<void> append(std::span<const Change> changes);
    Stored<void> settle_schema();
    Stored<void> settle_durability();
    Stored<void> fold_all();
    // Fails when the last statement touched no subscriber.
    Stored<void> found(SubscriberName name) const;

    Database database_;
    Durability durability_;
    std::size_t journal_length_ = 0;

    Statement begin_{database_, "BEGIN IMMEDIATE"};
    Statement commit_{database_, "COMMIT"};
    Statement append_{database_, "INSERT INTO location_journal (key, record) VALUES (?1, ?2)"};
    Statement measure_{database_, "SELECT count(*) FROM location_journal"};
    // The sequence number of the ?1th change, and how many there are up to it.
    Statement oldest_{database_,
                      "SELECT max(seq), count(*) FROM"
                      " (SELECT seq FROM location_journal ORDER BY seq LIMIT ?1)"};
    // Of several changes to one key only the last one counts; in the order of the keys each page is met once.
    Statement fold_records_{
        database_,
        "INSERT OR REPLACE INTO location (key, record)"
        " SELECT key, record FROM location_journal WHERE record IS NOT NULL AND seq IN"
        " (SELECT max(seq) FROM location_journal WHERE seq <= ?1 GROUP BY key) ORDER BY key"};
    Statement fold_removals_{database_,
                             "DELETE FROM location WHERE key IN"
                             " (SELECT key FROM location_journal WHERE record IS NULL AND seq IN"
                             " (SELECT max(seq) FROM location_journal WHERE seq <= ?1 GROUP BY key))"};
    Statement drop_folded_{database_, "DELETE FROM location_journal WHERE seq <= ?1"};
    Statement locations_{
        database_,
        "SELECT key, record FROM location WHERE key NOT IN (SELECT key FROM location_journal)"
        " UNION ALL SELECT key, record FROM location_journal WHERE record IS NOT NULL"
        " AND seq IN (SELECT max(seq) FROM location_journal GROUP BY key)"};
    Statement add_{database_, "INSERT OR IGNORE INTO subscriber VALUES (?1, ?2, ?3, ?4, ?5)"};
    Statement set_secrets_{database_,
                           "UPDATE subscriber SET ha1_md5 = ?3, ha1_sha256 = ?4, ha1_sha512_256 = ?5"
                           " WHERE user = ?1 AND domain = ?2"};
    Statement remove_{database_, "DELETE FROM subscriber WHERE user = ?1 AND domain = ?2"};
    Statement subscribers_{database_,
                           "SELECT user, domain, ha1_md5, ha1_sha256, ha1_sha512_256 FROM subscriber"
                           " ORDER BY domain, user"};
};

template <class Work>
Stored<void> SqliteStore::transact(Work work) {
    auto done = begin_.run().and_then(work).and_then([this] { return commit_.run(); });
    if (!done) database_.roll_back();
    return done;
}

Stored<void> SqliteStore::begin() {
    return database_.execute(ways)
        .and_then([this] { return settle_schema(); })
        .and_then([this] { return settle_durability(); })
        .and_then([this] {
            return measure_.each({}, [this](const Row& row) { journal_length_ = count_in(row, 0); });
        })
        .and_then([this] { return fold_all(); });
}

Stored<void> SqliteStore::settle_schema() {
    std::int64_t version = 0;
    Statement asked(database_, "PRAGMA user_version");
    return asked.each({}, [&](const Row& row) { version = row.number(0); }).and_then([&]() -> Stored<void> {
        if (version == schema_version) return {};
        if (version != 0) return newer_schema(version);
        auto created = database_.execute(schema);
        if (!created) database_.roll_back();
        return created;
    });
}

Stored<void> SqliteStore::settle_durability() {
    switch (durability_) {
        case Durability::commit: return {};
        case Durability::relaxed: return database_.execute("PRAGMA synchronous = NORMAL");
        // They would come back, outdated, with the next run that keeps locations.
        case Durability::memory:
            return database_.execute("DELETE FROM location; DELETE FROM location_journal");
    }
    return {};
}

// With a full disk the server starts nevertheless: what is in the journal can be read where it is.
Stored<void> SqliteStore::fold_all() {
    while (journal_length_ > 0) {
        auto left = fold(fold_at_once);
        if (left) continue;
        if (left.error().kind == Failure::Kind::full) return {};
        return tl::unexpected(std::move(left.error()));
    }
    return {};
}

Stored<void> SqliteStore::commit(std::span<const Change> changes) {
    if (changes.empty() || durability_ == Durability::memory) return {};
    auto done = transact([&] { return append(changes); });
    if (done) journal_length_ += changes.size();
    return done;
}

// A checkpoint syncs the write-ahead log first.
Stored<void> SqliteStore::sync() {
    if (durability_ != Durability::relaxed) return {};
    return database_.execute("PRAGMA wal_checkpoint(PASSIVE)");
}

Stored<void> SqliteStore::append(std::span<const Change> changes) {
    for (const auto& change : changes) {
        const Value record = change.record ? Value{Blob{*change.record}} : Value{};
        auto appended = append_.run({change.key, record});
        if (!appended) return appended;
    }
    return {};
}

Stored<std::size_t> SqliteStore::fold(std::size_t max_changes) {
    if (journal_length_ == 0) return 0;
    constexpr std::size_t most = std::numeric_limits<std::int64_t>::max();
    std::int64_t last = 0;
    std::size_t folded = 0;
    auto done = transact([&] {
        return oldest_
            .each({static_cast<std::int64_t>(std::min(max_changes, most))},
                  [&](const Row& row) {
                      last = row.number(0);
                      folded = count_in(row, 1);
                  })
            .and_then([&] { return fold_records_.run({last}); })
            .and_then([&] { return fold_removals_.run({last}); })
            .and_then([&] { return drop_folded_.run({last}); });
    });
    if (!done) return tl::unexpected(std::move(done.error()));
    journal_length_ -= folded;
    return journal_length_;
}

Stored<void> SqliteStore::for_each_location(LocationVisitor visit) {
    return locations_.each({}, [&](const Row& row) { visit(row.octets(0), row.octets(1)); });
}

Stored<void> SqliteStore::add(const Subscriber& subscriber) {
    const auto& [user, domain, md5, sha256, sha512_256] = subscriber;
    return add_.run({user, domain, md5, sha256, sha512_256}).and_then([&]() -> Stored<void> {
        if (database_.rows_changed() > 0) return {};
        return fail(Failure::Kind::exists, print(subscriber.name()) + " exists already");
    });
}

Stored<void> SqliteStore::set_secrets(const Subscriber& subscriber) {
    const auto& [user, domain, md5, sha256, sha512_256] = subscriber;
    return set_secrets_.run({user, domain, md5, sha256, sha512_256}).and_then([&] {
        return found(subscriber.name());
    });
}

Stored<void> SqliteStore::remove(SubscriberName name) {
    return remove_.run({name.user, name.domain}).and_then([&] { return found(name); });
}

Stored<void> SqliteStore::found(SubscriberName name) const {
    if (database_.rows_changed() > 0) return {};
    return fail(Failure::Kind::missing, "there is no subscriber " + print(name));
}

Stored<void> SqliteStore::for_each_subscriber(Visitor<const Subscriber&> visit) {
    return subscribers_.each({}, [&](const Row& row) {
        visit({row.text(0), row.text(1), row.text(2), row.text(3), row.text(4)});
    });
}

Failure explain(Failure failure, const std::string& folder) {
    if (failure.kind == Failure::Kind::busy)
        failure.sentence = "the state folder " + folder + " is in use by a running almon";
    return failure;
}

Stored<std::unique_ptr<Store>> start(Database database, Durability durability) {
    auto store = std::make_unique<SqliteStore>(std::move(database), durability);
    auto begun = store->begin();
    if (!begun) return tl::unexpected(std::move(begun.error()));
    return store;
}

}  // namespace

Stored<std::unique_ptr<Store>> open_sqlite_store(const std::string& folder, const SqliteOptions& options) {
    Stored<void> made;
    if (options.vfs.empty()) made = make_state_folder(folder);
    return made.and_then([&] { return Database::open(database_path(folder), options.vfs); })
        .and_then([&](Database&& database) { return start(std::move(database), options.durability); })
        .map_error([&](Failure failure) { return explain(std::move(failure), folder); });
}

Stored<std::unique_ptr<Store>> open_store_in_memory() {
    return Database::open(":memory:", "").and_then([](Database&& database) {
        return start(std::move(database), Durability::commit);
    });
}

}  // namespace almon::store
