// Objects by the million without an allocation each: a slab hands out handles (slot and generation) instead
// of pointers, so that whoever keeps a handle to something that is gone finds out instead of crashing.
#pragma once

#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "almon/base/assert.hpp"

namespace almon::base {

template <class T>
struct Handle {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;  // 0: refers to nothing
    explicit operator bool() const { return generation != 0; }
    friend bool operator==(const Handle&, const Handle&) = default;

    // A handle fits a 64-bit cookie that a lower floor carries for us.
    std::uint64_t bits() const { return std::uint64_t{generation} << 32 | slot; }
    static Handle from_bits(std::uint64_t bits) {
        return {static_cast<std::uint32_t>(bits), static_cast<std::uint32_t>(bits >> 32)};
    }
};

template <class T>
class Slab {
 public:
    Slab() = default;
    Slab(const Slab&) = delete;
    Slab& operator=(const Slab&) = delete;
    ~Slab() {
        for (std::uint32_t slot = 0; slot < used_; ++slot)
            if (cell(slot).alive) object(slot)->~T();
    }

    template <class... Args>
    Handle<T> emplace(Args&&... args) {
        const auto slot = take_slot();
        Cell& chosen = cell(slot);
        new (chosen.storage) T(std::forward<Args>(args)...);
        chosen.alive = true;
        ++size_;
        return {slot, chosen.generation};
    }
    // The object, or null when it is gone. The address holds until erase().
    T* get(Handle<T> handle) {
        if (handle.slot >= used_) return nullptr;
        Cell& found = cell(handle.slot);
        return found.alive && found.generation == handle.generation ? object(handle.slot) : nullptr;
    }
    const T* get(Handle<T> handle) const { return const_cast<Slab*>(this)->get(handle); }
    void erase(Handle<T> handle) {
        T* doomed = get(handle);
        ALMON_ASSERT(doomed != nullptr);
        Cell& emptied = cell(handle.slot);
        emptied.alive = false;
        doomed->~T();
        if (++emptied.generation == 0) emptied.generation = 1;
        emptied.next_free = free_;
        free_ = handle.slot;
        --size_;
    }
    // The object in a slot that is known to be alive, such as one that an index points to.
    T& at(std::uint32_t slot) {
        ALMON_ASSERT(slot < used_ && cell(slot).alive);
        return *object(slot);
    }
    const T& at(std::uint32_t slot) const { return const_cast<Slab*>(this)->at(slot); }
    Handle<T> handle_of(std::uint32_t slot) const {
        return {slot, const_cast<Slab*>(this)->cell(slot).generation};
    }
    std::size_t size() const { return size_; }

    // Calls visit(handle, object) for all; visit may erase the one that it is given.
    template <class Visit>
    void for_each(Visit visit) {
        for (std::uint32_t slot = 0; slot < used_; ++slot)
            if (cell(slot).alive) visit(Handle<T>{slot, cell(slot).generation}, *object(slot));
    }

 private:
    struct Cell {
        alignas(T) unsigned char storage[sizeof(T)];
        std::uint32_t generation = 1;
        std::uint32_t next_free = none;
        bool alive = false;
    };
    static constexpr std::uint32_t none = ~0U;
    static constexpr std::uint32_t chunk_cells = 256;

    std::uint32_t take_slot() {
        if (free_ != none) return std::exchange(free_, cell(free_).next_free);
        if (used_ == chunks_.size() * chunk_cells) chunks_.push_back(std::make_unique<Cell[]>(chunk_cells));
        return used_++;
    }
    Cell& cell(std::uint32_t slot) { return chunks_[slot / chunk_cells][slot % chunk_cells]; }
    T* object(std::uint32_t slot) { return std::launder(reinterpret_cast<T*>(cell(slot).storage)); }

    std::vector<std::unique_ptr<Cell[]>> chunks_;
    std::uint32_t used_ = 0;
    std::uint32_t free_ = none;
    std::size_t size_ = 0;
};

}  // namespace almon::base
