#include "almon/server/pending_changes.hpp"

namespace almon::server {

std::optional<std::uint32_t> PendingChanges::slot_of(std::string_view aor) const {
    if (size_ == 0) return {};  // nearly always, where nothing waits for a disk
    return index_.find(hash(aor), [&](std::uint32_t slot) { return lines_.at(slot).aor == aor; });
}

const PendingChanges::Line* PendingChanges::find(std::string_view aor) const {
    const auto slot = slot_of(aor);
    return slot ? &lines_.at(*slot) : nullptr;
}

PendingChanges::Ticket PendingChanges::add(std::string_view aor, PendingChange change) {
    auto slot = slot_of(aor);
    if (!slot) {
        slot = lines_.emplace(Line{std::string(aor), {}}).slot;
        index_.insert(hash(aor), *slot);
    }
    lines_.at(*slot).changes.push_back(std::move(change));
    ++size_;
    return lines_.handle_of(*slot).bits();
}

bool PendingChanges::remove_first(Ticket ticket) {
    auto& changes = find(ticket)->changes;
    changes.erase(changes.begin());
    --size_;
    if (!changes.empty()) return true;
    erase(Handle::from_bits(ticket));
    return false;
}

std::vector<PendingChange> PendingChanges::remove_all(Ticket ticket) {
    auto changes = std::move(find(ticket)->changes);
    size_ -= changes.size();
    erase(Handle::from_bits(ticket));
    return changes;
}

void PendingChanges::erase(Handle handle) {
    index_.erase(hash(lines_.at(handle.slot).aor), handle.slot);
    lines_.erase(handle);
}

}  // namespace almon::server
