#include "almon/server/location.hpp"

namespace almon::server {

Location::Location(base::Epochs& epochs, const base::HashKey& key, std::uint16_t shards) : key_(key) {
    for (std::uint16_t shard = 0; shard < shards; ++shard) parts_.push_back(std::make_unique<Part>(epochs));
}

const AorRecord* Location::find(std::string_view aor) const {
    const auto hash = sip::owner_of_aor(key_, aor);
    return parts_[hash % parts_.size()]->records.find(hash, aor);
}

void Location::publish(std::unique_ptr<const AorRecord> record) {
    const auto hash = sip::owner_of_aor(key_, record->aor());
    Part& part = *parts_[hash % parts_.size()];
    recount(part, part.records.find(hash, record->aor()), record->size());
    part.records.publish(hash, std::move(record));
}

void Location::remove(std::string_view aor) {
    const auto hash = sip::owner_of_aor(key_, aor);
    Part& part = *parts_[hash % parts_.size()];
    recount(part, part.records.find(hash, aor), 0);
    part.records.remove(hash, aor);
}

void Location::recount(Part& part, const AorRecord* before, std::size_t after) {
    const auto others = part.bindings.load(std::memory_order_relaxed) - (before ? before->size() : 0);
    part.bindings.store(others + after, std::memory_order_relaxed);
}

std::size_t Location::aors() const {
    std::size_t sum = 0;
    for (const auto& part : parts_) sum += part->records.size();
    return sum;
}

std::size_t Location::bindings() const {
    std::size_t sum = 0;
    for (const auto& part : parts_) sum += part->bindings.load(std::memory_order_relaxed);
    return sum;
}

}  // namespace almon::server
