// Changes that wait for the store, in lines: one for each address-of-record that has any. The first of a line
// is at the store, the others wait behind it; each was made from the state that the one before it leaves.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "almon/base/crypto/siphash.hpp"
#include "almon/base/hash_index.hpp"
#include "almon/base/slab.hpp"
#include "almon/server/binding.hpp"
#include "almon/stack/stack.hpp"

namespace almon::server {

struct PendingChange {
    std::unique_ptr<AorRecord> record;  // null: no binding is left
    stack::ServerTransaction transaction;
    std::string answer;  // the 200, to be sent when the store has it
};

class PendingChanges {
 public:
    struct Line {
        std::string aor;
        std::vector<PendingChange> changes;  // never empty
        unsigned calendar = 0;               // the registrar's, by which the first was dated
    };
    using Ticket = std::uint64_t;  // of a line; never 0

    // `key`: secret of this process.
    explicit PendingChanges(const base::HashKey& key) : key_(key) {}

    // The line of an address-of-record, or null.
    const Line* find(std::string_view aor) const;
    // Null when that line is gone.
    Line* find(Ticket ticket) { return lines_.get(Handle::from_bits(ticket)); }

    Ticket add(std::string_view aor, PendingChange change);
    // Takes the first change off the line. False when it was the last: the line is gone.
    bool remove_first(Ticket ticket);
    // Takes the whole line away.
    std::vector<PendingChange> remove_all(Ticket ticket);

    // Changes of all lines.
    std::size_t size() const { return size_; }

 private:
    using Handle = base::Handle<Line>;
    std::uint64_t hash(std::string_view aor) const { return base::siphash64(key_, {aor}); }
    std::optional<std::uint32_t> slot_of(std::string_view aor) const;
    void erase(Handle handle);

    base::HashKey key_;
    base::Slab<Line> lines_;
    base::HashIndex index_;
    std::size_t size_ = 0;
};

}  // namespace almon::server
