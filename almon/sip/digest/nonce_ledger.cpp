#include "almon/sip/digest/nonce_ledger.hpp"

#include <algorithm>
#include <chrono>

#include "almon/base/assert.hpp"

namespace almon::sip::digest {

using std::chrono::milliseconds;

NonceLedger::NonceLedger(const base::MacKey& key, std::uint16_t shard, base::Instant start,
                         std::size_t capacity)
    : mac_(key), shard_(shard), capacity_(capacity), known_since_(std::chrono::floor<milliseconds>(start)) {
    ALMON_ASSERT(capacity > 0);
    entries_.reserve(capacity);  // costs address space only, until it is used
}

void NonceLedger::issue(base::Instant now, base::Random& random, base::Printer& out) const {
    const Nonce nonce{
        .issued = std::chrono::floor<milliseconds>(now), .shard = shard_, .salt = random.next()};
    nonce.print(mac_, out);
}

NonceLedger::Judgement NonceLedger::judge(std::string_view text, std::uint32_t nc, base::Instant now) const {
    const auto nonce = Nonce::open(mac_, text);
    if (!nonce) return {};
    if (nonce->shard != shard_ || too_old(*nonce, now)) return {Standing::stale, *nonce};
    if (const auto slot = find(*nonce))
        return {entries_[*slot].counts.used(nc) ? Standing::replayed : Standing::fresh, *nonce};
    // Whoever counts higher has used this nonce here before, or elsewhere: we cannot tell which counts
    // passed.
    const bool unused = nonce->issued >= known_since_ && nc == 1;
    return {unused ? Standing::fresh : Standing::stale, *nonce};
}

bool NonceLedger::too_old(const Nonce& nonce, base::Instant now) const {
    return nonce.issued > now || now - nonce.issued > base::limits::nonce_life;
}

std::optional<std::uint32_t> NonceLedger::find(const Nonce& nonce) const {
    return index_.find(nonce.salt, [&](std::uint32_t slot) { return entries_[slot].nonce == nonce; });
}

void NonceLedger::enter(const Nonce& nonce, std::uint32_t nc) {
    const auto known = find(nonce);
    entries_[known ? *known : add(nonce)].counts.use(nc);
}

std::uint32_t NonceLedger::add(const Nonce& nonce) {
    const auto slot = make_room();
    entries_[slot] = {nonce, CountWindow()};
    index_.insert(nonce.salt, slot);
    return slot;
}

std::uint32_t NonceLedger::make_room() {
    if (entries_.size() < capacity_) {
        entries_.emplace_back();
        return static_cast<std::uint32_t>(entries_.size() - 1);
    }
    const auto slot = oldest_;
    oldest_ = static_cast<std::uint32_t>((oldest_ + 1) % capacity_);
    const auto& leaving = entries_[slot].nonce;
    index_.erase(leaving.salt, slot);
    known_since_ = std::max(known_since_, leaving.issued + milliseconds(1));
    return slot;
}

}  // namespace almon::sip::digest
