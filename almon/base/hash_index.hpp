// An open-addressing index from 64-bit hashes to 32-bit slots (of a slab, say). It stores no keys: the caller
// confirms a candidate. Linear probing; removal shifts back, so there are no tombstones. Hashes must be keyed
// where strangers choose the text (base/crypto/siphash.hpp).
#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "almon/base/assert.hpp"

namespace almon::base {

class HashIndex {
 public:
    // The slot whose hash is this one and for which same(slot) holds.
    template <class Same>
    std::optional<std::uint32_t> find(std::uint64_t hash, Same same) const {
        if (cells_.empty()) return {};
        for (std::size_t i = home(hash); cells_[i].slot != empty; i = next(i))
            if (cells_[i].hash == short_hash(hash) && same(cells_[i].slot)) return cells_[i].slot;
        return {};
    }
    void insert(std::uint64_t hash, std::uint32_t slot) {
        ALMON_ASSERT(slot != empty);
        if ((size_ + 1) * 4 > cells_.size() * 3) grow();
        place({short_hash(hash), slot});
        ++size_;
    }
    // Removes this very pair; it must be there.
    void erase(std::uint64_t hash, std::uint32_t slot) {
        std::size_t hole = home(hash);
        while (cells_[hole].slot != slot) {
            ALMON_ASSERT(cells_[hole].slot != empty);
            hole = next(hole);
        }
        for (std::size_t i = next(hole); cells_[i].slot != empty; i = next(i)) {
            const auto wanted = home(cells_[i].hash);
            if (((i - wanted) & mask()) < ((i - hole) & mask())) continue;
            cells_[hole] = cells_[i];
            hole = i;
        }
        cells_[hole].slot = empty;
        --size_;
    }
    std::size_t size() const { return size_; }

 private:
    static constexpr std::uint32_t empty = ~0U;
    struct Cell {
        std::uint32_t hash = 0;
        std::uint32_t slot = empty;
    };
    static std::uint32_t short_hash(std::uint64_t hash) {
        return static_cast<std::uint32_t>(hash ^ hash >> 32);
    }
    std::size_t mask() const { return cells_.size() - 1; }
    std::size_t home(std::uint64_t hash) const { return short_hash(hash) & mask(); }
    std::size_t home(std::uint32_t hash) const { return hash & mask(); }
    std::size_t next(std::size_t i) const { return (i + 1) & mask(); }
    void place(Cell cell) {
        std::size_t i = home(cell.hash);
        while (cells_[i].slot != empty) i = next(i);
        cells_[i] = cell;
    }
    void grow() {
        const auto old = std::move(cells_);
        cells_.assign(old.empty() ? 64 : old.size() * 2, Cell{});
        for (const auto& cell : old)
            if (cell.slot != empty) place(cell);
    }

    std::vector<Cell> cells_;  // a power of two
    std::size_t size_ = 0;
};

}  // namespace almon::base
