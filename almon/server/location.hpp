// The location service: which bindings an address-of-record has, in memory, for all shards (RFC 3261 §10,
// §16.5). One part a shard: the shard that owns an address-of-record writes its record, any shard reads it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "almon/base/published_map.hpp"
#include "almon/server/binding.hpp"
#include "almon/sip/transport/owner.hpp"

namespace almon::server {

class Location {
 public:
    // `key`: the secret that all shards tell the owner of a message with (sip::owner_hash()). A shard reads
    // and writes between enter() and leave() of its turn, and what it found holds until the latter.
    Location(base::Epochs& epochs, const base::HashKey& key, std::uint16_t shards);

    // Null when there is none. Bindings may have expired: see Binding::is_current().
    const AorRecord* find(std::string_view aor) const;
    // The shard that writes this address-of-record, and that its REGISTERs are handed to.
    std::uint16_t owner(std::string_view aor) const {
        return static_cast<std::uint16_t>(sip::owner_of_aor(key_, aor) % parts_.size());
    }

    // On the owner's thread only, from here on.
    void publish(std::unique_ptr<const AorRecord> record);
    void remove(std::string_view aor);
    // Visits the records that this shard owns, in no particular order.
    template <class Visit>
    void for_each(std::uint16_t shard, Visit visit) const {
        parts_[shard]->records.for_each(visit);
    }

    // Sums over all shards, from any thread: for limits and metrics.
    std::size_t aors() const;
    std::size_t bindings() const;

 private:
    struct Part {
        explicit Part(base::Epochs& epochs) : records(epochs) {}
        base::PublishedMap<AorRecord> records;
        std::atomic<std::size_t> bindings{0};
    };
    static void recount(Part& part, const AorRecord* before, std::size_t after);

    base::HashKey key_;
    std::vector<std::unique_ptr<Part>> parts_;
};

}  // namespace almon::server
