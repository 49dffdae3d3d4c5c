#include "almon/net/datagram_queue.hpp"

#include <algorithm>

#include "almon/base/limits.hpp"

namespace almon::net {

std::size_t DatagramQueue::keep(std::span<const Outgoing> datagrams) {
    const auto kept = std::min(datagrams.size(), limit_ - waiting_.size());
    for (const auto& [to, bytes] : datagrams.first(kept)) waiting_.push_back({to, std::string(bytes)});
    return datagrams.size() - kept;
}

std::span<const Outgoing> DatagramQueue::first_batch() {
    batch_.clear();
    const auto count = std::min(waiting_.size(), base::limits::datagrams_per_turn);
    for (std::size_t i = 0; i < count; ++i) batch_.push_back({waiting_[i].to, waiting_[i].bytes});
    return batch_;
}

void DatagramQueue::forget(std::size_t count) {
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
}

}  // namespace almon::net
