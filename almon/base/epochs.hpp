// When may the memory of something be freed that other threads may still be reading? Each reader says when a
// turn of its begins and ends; what was unlinked before all present turns began is seen by nobody any more.
// Costs a reader two stores a turn and nothing a look-up. A reader between turns holds nobody up.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "almon/base/assert.hpp"

namespace almon::base {

using Epoch = std::uint64_t;

class Epochs {
 public:
    explicit Epochs(std::uint16_t readers) : seen_(std::make_unique<Seen[]>(readers)), readers_(readers) {}

    // From enter() to leave() a reader may keep pointers to published things. One thread a reader.
    void enter(std::uint16_t reader) {
        ALMON_ASSERT(reader < readers_);
        seen_[reader].epoch.store(now_.load(std::memory_order_acquire), std::memory_order_relaxed);
        // Either the writer sees that we are in, or we see what it unlinked before it looked.
        std::atomic_thread_fence(std::memory_order_seq_cst);
    }
    void leave(std::uint16_t reader) { seen_[reader].epoch.store(outside, std::memory_order_release); }

    // Writers. What was unlinked before this call is free once oldest() has reached the epoch returned.
    Epoch advance() { return now_.fetch_add(1, std::memory_order_acq_rel) + 1; }
    // The epoch in which the oldest of the present turns began; beyond all epochs when nobody is in a turn.
    Epoch oldest() const {
        std::atomic_thread_fence(std::memory_order_seq_cst);
        Epoch oldest = outside;
        for (std::uint16_t reader = 0; reader < readers_; ++reader) {
            const auto seen = seen_[reader].epoch.load(std::memory_order_acquire);
            if (seen < oldest) oldest = seen;
        }
        return oldest;
    }

    // enter() and leave() for a scope.
    class Turn {
     public:
        Turn(Epochs& epochs, std::uint16_t reader) : epochs_(epochs), reader_(reader) {
            epochs_.enter(reader_);
        }
        ~Turn() { epochs_.leave(reader_); }
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

     private:
        Epochs& epochs_;
        std::uint16_t reader_;
    };

 private:
    static constexpr Epoch outside = ~Epoch{0};
    struct alignas(64) Seen {  // a cache line each
        std::atomic<Epoch> epoch{outside};
    };
    std::atomic<Epoch> now_{1};
    std::unique_ptr<Seen[]> seen_;
    std::uint16_t readers_;
};

}  // namespace almon::base
