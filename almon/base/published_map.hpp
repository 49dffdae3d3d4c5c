// A hash map that one thread writes while any number of threads read, without a lock and without waiting.
// Records are immutable once published; a replaced one lives on until every turn that may have seen it has
// ended (Epochs). Open addressing with linear probing: a record never moves within a table, so a reader never
// misses one; growing builds a new table beside the old one.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "almon/base/assert.hpp"
#include "almon/base/epochs.hpp"

namespace almon::base {

// Record: has `std::string_view key() const`. Hashes must be keyed where strangers choose the keys.
template <class Record>
class PublishedMap {
 public:
    explicit PublishedMap(Epochs& epochs) : epochs_(epochs), table_(new Table(64)) {}
    PublishedMap(const PublishedMap&) = delete;
    PublishedMap& operator=(const PublishedMap&) = delete;
    ~PublishedMap() {
        const std::unique_ptr<const Table> last(table_.load());
        for (std::size_t i = 0; i < last->cells(); ++i) delete last->records[i].load();
    }

    // Any thread, between enter() and leave() of its turn; the record holds until the latter.
    const Record* find(std::uint64_t hash, std::string_view key) const {
        return locate(*table_.load(std::memory_order_acquire), hash, key).record;
    }
    std::size_t size() const { return size_.load(std::memory_order_relaxed); }

    // The writer's thread only, from here on.
    void publish(std::uint64_t hash, std::unique_ptr<const Record> record) {
        Table& table = roomy_table();
        const auto cell = locate(table, hash, record->key()).cell;
        if (cell != none) {
            retire(table.records[cell].exchange(record.release(), std::memory_order_acq_rel));
            return;
        }
        place(table, tag_of(hash), record.release());
        size_.fetch_add(1, std::memory_order_relaxed);
    }
    // False when there is no such record.
    bool remove(std::uint64_t hash, std::string_view key) {
        Table& table = *table_.load(std::memory_order_relaxed);
        const auto cell = locate(table, hash, key).cell;
        if (cell == none) return false;
        table.tags[cell].store(gone, std::memory_order_release);
        retire(table.records[cell].exchange(nullptr, std::memory_order_acq_rel));
        size_.fetch_sub(1, std::memory_order_relaxed);
        return true;
    }
    template <class Visit>
    void for_each(Visit visit) const {
        const Table& table = *table_.load(std::memory_order_relaxed);
        for (std::size_t i = 0; i < table.cells(); ++i)
            if (const Record* record = table.records[i].load(std::memory_order_relaxed)) visit(*record);
    }
    // Frees what nobody can see any more. publish() and remove() see to it now and then.
    void collect() {
        if (!unlinked_.empty()) seal();
        const auto oldest = epochs_.oldest();
        std::erase_if(sealed_, [&](const Batch& batch) { return batch.epoch <= oldest; });
        // While a long turn holds all of it up, there is no use in looking each time.
        collect_at_ = batch_size * (sealed_.size() + 1);
    }

 private:
    using Tag = std::uint32_t;  // 32 bits of the hash; 0 and 1 are special
    static constexpr Tag empty = 0, gone = 1;
    static constexpr std::size_t none = ~std::size_t{0};
    static constexpr std::size_t batch_size = 64;

    struct Table {
        explicit Table(std::size_t cells)
            : mask(cells - 1),
              tags(new std::atomic<Tag>[cells]()),
              records(new std::atomic<const Record*>[cells]()) {}
        std::size_t cells() const { return mask + 1; }
        std::size_t mask;
        std::size_t used = 0;  // cells that are not empty
        std::unique_ptr<std::atomic<Tag>[]> tags;
        std::unique_ptr<std::atomic<const Record*>[]> records;
    };
    // What was unlinked before one epoch.
    struct Batch {
        Epoch epoch = 0;
        std::vector<std::unique_ptr<const Record>> records;
        std::unique_ptr<const Table> table;
    };

    static Tag tag_of(std::uint64_t hash) {
        const auto tag = static_cast<Tag>(hash ^ hash >> 32);
        return tag > gone ? tag : tag + 2;
    }
    // The record whose key was compared, and its cell. A reader must not look into the cell once more:
    // another record may have come to lie there.
    struct Place {
        std::size_t cell = none;
        const Record* record = nullptr;
    };
    static Place locate(const Table& table, std::uint64_t hash, std::string_view key) {
        const auto tag = tag_of(hash);
        for (std::size_t i = tag & table.mask;; i = (i + 1) & table.mask) {
            const auto found = table.tags[i].load(std::memory_order_acquire);
            if (found == empty) return {};
            if (found != tag) continue;
            const Record* record = table.records[i].load(std::memory_order_acquire);
            if (record != nullptr && record->key() == key) return {i, record};
        }
    }
    // The record goes in before its tag: who sees the tag sees the record.
    static void place(Table& table, Tag tag, const Record* record) {
        std::size_t i = tag & table.mask;
        while (table.tags[i].load(std::memory_order_relaxed) > gone) i = (i + 1) & table.mask;
        if (table.tags[i].load(std::memory_order_relaxed) == empty) ++table.used;
        table.records[i].store(record, std::memory_order_release);
        table.tags[i].store(tag, std::memory_order_release);
    }
    // The table with room for one more: at most three quarters of the cells are used. Many removed ones are a
    // reason to build it anew at the same size.
    Table& roomy_table() {
        Table& present = *table_.load(std::memory_order_relaxed);
        if ((present.used + 1) * 4 <= present.cells() * 3) return present;
        auto next = std::make_unique<Table>(std::bit_ceil(size() * 2 + 64));
        for (std::size_t i = 0; i < present.cells(); ++i)
            if (const Record* record = present.records[i].load(std::memory_order_relaxed))
                place(*next, present.tags[i].load(std::memory_order_relaxed), record);
        std::unique_ptr<const Table> old(table_.exchange(next.release(), std::memory_order_acq_rel));
        seal();
        sealed_.back().table = std::move(old);
        return *table_.load(std::memory_order_relaxed);
    }
    void retire(const Record* record) {
        unlinked_.emplace_back(record);
        if (++retired_ < collect_at_) return;
        retired_ = 0;
        collect();
    }
    void seal() { sealed_.push_back({epochs_.advance(), std::exchange(unlinked_, {}), nullptr}); }

    Epochs& epochs_;
    std::atomic<Table*> table_;
    std::atomic<std::size_t> size_{0};
    std::vector<std::unique_ptr<const Record>> unlinked_;  // not yet of an epoch
    std::vector<Batch> sealed_;
    std::size_t retired_ = 0, collect_at_ = batch_size;
};

}  // namespace almon::base
