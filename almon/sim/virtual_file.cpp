#include "almon/sim/virtual_file.hpp"

#include <algorithm>

namespace almon::sim {

std::string_view VirtualFile::read(std::size_t offset, std::size_t size) const {
    if (offset >= seen_.size()) return {};
    return std::string_view(seen_).substr(offset, size);
}

void VirtualFile::write(std::size_t offset, std::string_view octets) {
    pending_.push_back({offset, std::string(octets)});
    apply(pending_.back(), seen_);
}

void VirtualFile::truncate(std::size_t size) {
    pending_.push_back({size, {}, true});
    apply(pending_.back(), seen_);
}

void VirtualFile::sync() {
    for (const auto& change : pending_) apply(change, synced_);
    pending_.clear();
    is_on_disk_ = true;
}

VirtualFile VirtualFile::after_power_cut(base::Random& random) const {
    VirtualFile left;
    left.synced_ = synced_;
    for (const auto& change : pending_) apply_in_part(change, left.synced_, random);
    left.seen_ = left.synced_;
    left.is_on_disk_ = true;
    return left;
}

void VirtualFile::apply(const Change& change, std::string& to) {
    if (change.truncates) return to.resize(std::min(to.size(), change.offset));
    const auto end = change.offset + change.octets.size();
    if (to.size() < end) to.resize(end);
    change.octets.copy(to.data() + change.offset, change.octets.size());
}

void VirtualFile::apply_in_part(const Change& change, std::string& to, base::Random& random) {
    if (change.truncates) {
        if (random.chance(0.5)) apply(change, to);
        return;
    }
    for (std::size_t at = 0; at < change.octets.size();) {
        const auto offset = change.offset + at;
        const auto whole = std::min(sector_octets - offset % sector_octets, change.octets.size() - at);
        const auto fate = random.below(8);  // as often kept as lost, now and then torn
        const auto kept = fate == 0 ? random.below(whole) : fate < 4 ? 0 : whole;
        if (kept > 0) apply({offset, change.octets.substr(at, kept)}, to);
        at += whole;
    }
}

}  // namespace almon::sim
