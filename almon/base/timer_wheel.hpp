// A hierarchical timer wheel: arming and cancelling cost the same whether ten timers run or ten million.
// Ticks are milliseconds; a timer never fires early and at most one tick late. Six levels of 64 slots reach
// two years ahead; a bitmap a level tells the next occupied slot, so an idle wheel asks for no wake-ups.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "almon/base/assert.hpp"
#include "almon/base/time.hpp"

namespace almon::base {

struct TimerId {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;  // 0: no timer
    explicit operator bool() const { return generation != 0; }
};

// Payload: a small value that says whose timer it is.
template <class Payload>
class TimerWheel {
 public:
    TimerWheel() {
        for (auto& level : heads_) level.fill(none);
    }

    TimerId arm(Instant when, Payload payload) {
        const auto node = take_node();
        Node& armed = nodes_[node];
        armed.due = std::max(tick_at_or_after(when), now_ + 1);
        armed.payload = std::move(payload);
        link(node);
        ++size_;
        return {node, armed.generation};
    }
    // False when it has fired or was cancelled before.
    bool cancel(TimerId id) {
        if (id.generation == 0 || id.slot >= nodes_.size() || nodes_[id.slot].generation != id.generation)
            return false;
        unlink(id.slot);
        release(id.slot);
        return true;
    }
    // When advance() is wanted next; never later than the earliest timer, seldom earlier (a cascade).
    std::optional<Instant> next() const {
        std::optional<std::uint64_t> earliest;
        for (unsigned level = 0; level < levels; ++level) {
            if (occupied_[level] == 0) continue;
            const unsigned shift = level * slot_bits;
            const auto here = now_ >> shift;
            const auto ahead = std::rotr(occupied_[level], static_cast<int>((here + 1) % slots));
            const auto tick = (here + 1 + static_cast<unsigned>(std::countr_zero(ahead))) << shift;
            if (!earliest || tick < *earliest) earliest = tick;
        }
        if (!earliest) return {};
        return instant_of(*earliest);
    }
    // Fires all that is due at `now`, in order of their ticks. fire(payload) may arm and cancel.
    template <class Fire>
    void advance(Instant now, Fire fire) {
        const auto target = tick_at_or_before(now);
        while (now_ < target) {
            const auto wanted = next();
            const auto tick = wanted ? tick_at_or_after(*wanted) : target + 1;
            if (tick > target) {
                now_ = target;
                return;
            }
            now_ = tick;
            cascade();
            fire_slot(fire);
        }
    }
    std::size_t size() const { return size_; }

 private:
    static constexpr unsigned levels = 6;
    static constexpr unsigned slot_bits = 6;
    static constexpr unsigned slots = 1U << slot_bits;
    static constexpr std::uint32_t none = ~0U;
    struct Node {
        std::uint64_t due = 0;  // tick
        std::uint32_t previous = none, next = none;
        std::uint32_t generation = 1;
        std::uint16_t level = 0, place = 0;
        Payload payload{};
    };

    static std::uint64_t tick_at_or_after(Instant when) {
        return static_cast<std::uint64_t>(
            std::chrono::ceil<std::chrono::milliseconds>(when.time_since_epoch()).count());
    }
    static std::uint64_t tick_at_or_before(Instant when) {
        return static_cast<std::uint64_t>(
            std::chrono::floor<std::chrono::milliseconds>(when.time_since_epoch()).count());
    }
    static Instant instant_of(std::uint64_t tick) {
        return Instant(std::chrono::milliseconds(static_cast<std::int64_t>(tick)));
    }

    // The level is the highest group of bits in which due and now differ: the slot is then yet to come.
    void link(std::uint32_t node) {
        Node& linked = nodes_[node];
        const auto difference = linked.due ^ now_;
        const auto highest =
            difference == 0 ? 0U : static_cast<unsigned>(std::bit_width(difference) - 1) / slot_bits;
        const auto level = std::min(highest, levels - 1);
        // Beyond the horizon: the farthest slot, from which it cascades again.
        const auto horizon = now_ + (std::uint64_t{slots - 1} << (slot_bits * (levels - 1)));
        const auto due = highest < levels ? linked.due : std::min(linked.due, horizon);
        linked.level = static_cast<std::uint16_t>(level);
        linked.place = static_cast<std::uint16_t>(due >> (slot_bits * level) & (slots - 1));
        linked.previous = none;
        linked.next = std::exchange(heads_[level][linked.place], node);
        if (linked.next != none) nodes_[linked.next].previous = node;
        occupied_[level] |= std::uint64_t{1} << linked.place;
    }
    void unlink(std::uint32_t node) {
        Node& gone = nodes_[node];
        if (gone.next != none) nodes_[gone.next].previous = gone.previous;
        if (gone.previous != none) {
            nodes_[gone.previous].next = gone.next;
        } else {
            heads_[gone.level][gone.place] = gone.next;
            if (gone.next == none) occupied_[gone.level] &= ~(std::uint64_t{1} << gone.place);
        }
    }
    // Timers of a higher level whose slot begins now move down.
    void cascade() {
        for (unsigned level = levels - 1; level > 0; --level) {
            if ((now_ & ((std::uint64_t{1} << (slot_bits * level)) - 1)) != 0) continue;
            const auto place = now_ >> (slot_bits * level) & (slots - 1);
            auto node = std::exchange(heads_[level][place], none);
            occupied_[level] &= ~(std::uint64_t{1} << place);
            while (node != none) {
                const auto following = nodes_[node].next;
                link(node);
                node = following;
            }
        }
    }
    template <class Fire>
    void fire_slot(Fire& fire) {
        auto& head = heads_[0][now_ & (slots - 1)];
        while (head != none && nodes_[head].due <= now_) {
            const auto node = head;
            unlink(node);
            Payload payload = std::move(nodes_[node].payload);
            release(node);
            fire(std::move(payload));
        }
    }
    std::uint32_t take_node() {
        if (free_ != none) return std::exchange(free_, nodes_[free_].next);
        nodes_.emplace_back();
        return static_cast<std::uint32_t>(nodes_.size() - 1);
    }
    void release(std::uint32_t node) {
        Node& freed = nodes_[node];
        if (++freed.generation == 0) freed.generation = 1;
        freed.next = std::exchange(free_, node);
        --size_;
    }

    std::vector<Node> nodes_;
    std::array<std::array<std::uint32_t, slots>, levels> heads_;
    std::array<std::uint64_t, levels> occupied_{};
    std::uint64_t now_ = 0;
    std::uint32_t free_ = none;
    std::size_t size_ = 0;
};

}  // namespace almon::base
