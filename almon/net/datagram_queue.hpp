// Datagrams that found no room in the kernel. They wait in order, up to a limit; beyond it they are dropped:
// over UDP whoever needs them repeats them.
#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "almon/net/datagram.hpp"

namespace almon::net {

class DatagramQueue {
 public:
    explicit DatagramQueue(std::size_t limit) : limit_(limit) {}

    // Keeps copies; returns how many were dropped for want of room.
    std::size_t keep(std::span<const Outgoing> datagrams);
    bool empty() const { return waiting_.empty(); }

    // Offers what waits to write(span of Outgoing), which says how many of the first are done with; until it
    // takes no more or nothing is left.
    template <class Write>
    void offer(Write write) {
        while (!waiting_.empty()) {
            const auto batch = first_batch();
            const std::size_t done = write(batch);
            forget(done);
            if (done < batch.size()) return;
        }
    }

 private:
    struct Kept {
        base::Endpoint to;
        std::string bytes;
    };
    std::span<const Outgoing> first_batch();
    void forget(std::size_t count);

    std::size_t limit_;
    std::deque<Kept> waiting_;
    std::vector<Outgoing> batch_;
};

}  // namespace almon::net
