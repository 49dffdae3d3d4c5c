#include "almon/host/store_thread.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace almon;
using namespace almon::host;

namespace {

// What a test and the store thread know together.
struct Ledger {
    std::mutex lock;
    std::condition_variable changed;
    bool is_open = true;   // a commit waits until it is
    bool is_full = false;  // a commit fails
    std::size_t begun = 0, journal = 0, folds = 0, syncs = 0;
    std::vector<std::vector<std::string>> batches;

    template <class Condition>
    bool wait(Condition holds) {
        std::unique_lock guard(lock);
        return changed.wait_for(guard, std::chrono::seconds(10), holds);
    }
    template <class Change>
    void set(Change change) {
        const std::lock_guard guard(lock);
        change();
        changed.notify_all();
    }
};

class ScriptedStore final : public store::Store {
 public:
    explicit ScriptedStore(Ledger& ledger) : ledger_(ledger) {}

    store::Stored<void> commit(std::span<const store::Change> changes) override {
        ledger_.set([&] { ++ledger_.begun; });
        ledger_.wait([&] { return ledger_.is_open; });
        const std::lock_guard guard(ledger_.lock);
        if (ledger_.is_full) return store::fail(store::Failure::Kind::full, "no space left");
        auto& batch = ledger_.batches.emplace_back();
        for (const auto& change : changes) batch.push_back(change.key);
        ledger_.journal += changes.size();
        return {};
    }
    store::Stored<void> sync() override {
        ledger_.set([&] { ++ledger_.syncs; });
        return {};
    }
    store::Stored<std::size_t> fold(std::size_t most) override {
        ledger_.set([&] {
            ++ledger_.folds;
            ledger_.journal -= std::min(most, ledger_.journal);
        });
        return journal_length();
    }
    std::size_t journal_length() const override {
        const std::lock_guard guard(ledger_.lock);
        return ledger_.journal;
    }
    store::Stored<void> for_each_location(LocationVisitor) override { return {}; }
    store::Stored<void> add(const store::Subscriber&) override { return {}; }
    store::Stored<void> set_secrets(const store::Subscriber&) override { return {}; }
    store::Stored<void> remove(store::SubscriberName) override { return {}; }
    store::Stored<void> for_each_subscriber(store::Visitor<const store::Subscriber&>) override { return {}; }

 private:
    Ledger& ledger_;
};

struct Desk : CommitReader {
    explicit Desk(Ledger& shared) : ledger(shared) {}
    void committed(std::span<const CommitAnswer> answers) override {
        ledger.set([&] {
            for (const auto& [ticket, durable] : answers) (durable ? done : failed).push_back(ticket);
        });
    }
    bool waits_for(std::size_t count) {
        return ledger.wait([&] { return done.size() + failed.size() >= count; });
    }
    Ledger& ledger;
    std::vector<std::uint64_t> done, failed;
};

struct Journal final : base::LogSink {
    void write(base::Level level, std::string_view event, base::LogValues) override {
        lines.emplace_back(level == base::Level::error ? "error: " : "").append(event);
    }
    std::vector<std::string> lines;
};

struct Office {
    Ledger ledger;
    Journal log;
    Desk one{ledger}, two{ledger};
    std::unique_ptr<StoreThread> thread = std::make_unique<StoreThread>(
        std::make_unique<ScriptedStore>(ledger), base::Log(log, base::Level::info));
};

std::vector<server::Commit> commits(std::initializer_list<std::uint64_t> tickets) {
    std::vector<server::Commit> all;
    for (const auto ticket : tickets) all.push_back({ticket, "key " + std::to_string(ticket), "record"});
    return all;
}

}  // namespace

TEST_CASE("commits that come while one is being written share the next write, whoever they are from") {
    Office office;
    office.ledger.set([&] { office.ledger.is_open = false; });
    office.thread->commit(commits({1}), office.one);
    REQUIRE(office.ledger.wait([&] { return office.ledger.begun == 1; }));
    office.thread->commit(commits({2, 3}), office.one);
    office.thread->commit(commits({4}), office.two);
    office.thread->commit(commits({5}), office.one);
    CHECK(office.thread->waiting() == 4);
    office.ledger.set([&] { office.ledger.is_open = true; });
    REQUIRE(office.one.waits_for(4));
    REQUIRE(office.two.waits_for(1));
    office.thread.reset();
    CHECK(office.ledger.batches ==
          std::vector<std::vector<std::string>>{{"key 1"}, {"key 2", "key 3", "key 4", "key 5"}});
    CHECK(office.one.done == std::vector<std::uint64_t>{1, 2, 3, 5});
    CHECK(office.two.done == std::vector<std::uint64_t>{4});
}

TEST_CASE("a commit that nobody waits for is written and not answered") {
    Office office;
    office.thread->commit(commits({0, 7, 0}), office.one);
    REQUIRE(office.one.waits_for(1));
    office.thread.reset();
    CHECK(office.ledger.batches.front().size() == 3);
    CHECK(office.one.done == std::vector<std::uint64_t>{7});
}

TEST_CASE("what must be synced is, once for its batch, and nothing else") {
    Office office;
    office.thread->commit(commits({1, 2}), office.one);
    REQUIRE(office.one.waits_for(2));
    CHECK(office.ledger.syncs == 0);
    auto urgent = commits({3, 4, 5});
    urgent[0].must_be_synced = urgent[1].must_be_synced = true;
    office.thread->commit(std::move(urgent), office.one);
    REQUIRE(office.one.waits_for(5));
    office.thread.reset();
    CHECK(office.ledger.syncs == 1);
}

TEST_CASE("when the store fails all of the batch are told, the log once, and it works again by itself") {
    Office office;
    office.ledger.set([&] { office.ledger.is_full = true; });
    office.thread->commit(commits({1, 2}), office.one);
    REQUIRE(office.one.waits_for(2));
    office.thread->commit(commits({3}), office.two);
    REQUIRE(office.two.waits_for(1));
    office.ledger.set([&] { office.ledger.is_full = false; });
    office.thread->commit(commits({4}), office.two);
    REQUIRE(office.two.waits_for(2));
    office.thread.reset();
    CHECK(office.one.failed == std::vector<std::uint64_t>{1, 2});
    CHECK(office.two.failed == std::vector<std::uint64_t>{3});
    CHECK(office.two.done == std::vector<std::uint64_t>{4});
    CHECK(office.log.lines ==
          std::vector<std::string>{"error: the store fails; registrations get 503", "the store works again"});
}

TEST_CASE("the journal is folded in idle moments, and before the end") {
    Office office;
    office.thread->commit(commits({1}), office.one);
    CHECK(office.ledger.wait([&] { return office.ledger.folds == 1 && office.ledger.journal == 0; }));
    office.thread->commit(commits({2}), office.one);
    office.thread.reset();
    CHECK(office.ledger.journal == 0);
}

TEST_CASE("a journal that has grown long is folded in the middle of work") {
    Office office;
    office.ledger.set([&] {
        office.ledger.is_open = false;
        office.ledger.journal = 1'000'000;
    });
    office.thread->commit(commits({1}), office.one);
    REQUIRE(office.ledger.wait([&] { return office.ledger.begun == 1; }));
    office.thread->commit(commits({2}), office.one);
    office.ledger.set([&] { office.ledger.is_open = true; });
    REQUIRE(office.one.waits_for(2));
    CHECK(office.ledger.wait([&] { return office.ledger.folds >= 1; }));
}

TEST_CASE("what waits is written and answered before the thread ends") {
    Office office;
    office.ledger.set([&] { office.ledger.is_open = false; });
    office.thread->commit(commits({1}), office.one);
    REQUIRE(office.ledger.wait([&] { return office.ledger.begun == 1; }));
    office.thread->commit(commits({2, 3}), office.one);
    office.ledger.set([&] { office.ledger.is_open = true; });
    office.thread.reset();
    CHECK(office.one.done == std::vector<std::uint64_t>{1, 2, 3});
}

TEST_CASE("a task has the store to itself and gives back what it returns") {
    Office office;
    CHECK(office.thread->with_store([](store::Store& store) { return store.journal_length() + 42; }) == 42);
}
