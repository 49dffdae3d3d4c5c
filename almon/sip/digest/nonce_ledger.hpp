// Issues nonces, judges those that come back, and keeps account of their nonce counts, so that no request
// passes twice (RFC 7616 §5.5). One ledger a shard.
//
// Memory is bounded: a nonce enters the ledger when it has authenticated a request, not before, and the
// ledger holds a fixed number. When it is full the nonce that entered first leaves; from then on, nonces that
// are not in the ledger and are as old as that one or older count as stale. So a nonce that was forgotten
// cannot be replayed; the price is that an honest client may be asked to try again with a new one.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "almon/base/crypto/mac.hpp"
#include "almon/base/hash_index.hpp"
#include "almon/base/limits.hpp"
#include "almon/base/printer.hpp"
#include "almon/base/random.hpp"
#include "almon/base/time.hpp"
#include "almon/sip/digest/count_window.hpp"
#include "almon/sip/digest/nonce.hpp"

namespace almon::sip::digest {

enum class Standing : std::uint8_t {
    fresh,     // may authenticate a request
    stale,     // ours, but too old, another shard's, or forgotten
    forged,    // not made with our key: or made before it was changed
    replayed,  // this nonce count was used
};

class NonceLedger {
 public:
    // `key`: one for all shards. Nonces issued before `start` are stale, so that a restart, which empties the
    // ledger, lets no old request through even when the key stayed.
    NonceLedger(const base::MacKey& key, std::uint16_t shard, base::Instant start,
                std::size_t capacity = base::limits::nonce_windows);

    // Prints a new nonce; nothing is kept of it.
    void issue(base::Instant now, base::Random& random, base::Printer& out) const;

    struct Judgement {
        Standing standing = Standing::forged;
        Nonce nonce;  // unless forged
    };
    // Changes nothing: whoever presents a nonce has proved nothing yet.
    Judgement judge(std::string_view text, std::uint32_t nc, base::Instant now) const;
    // Enters the use of a nonce that was judged fresh, once the response has turned out right.
    void enter(const Nonce& nonce, std::uint32_t nc);

    std::size_t size() const { return index_.size(); }  // never more than the capacity

 private:
    struct Entry {
        Nonce nonce;
        CountWindow counts;
    };
    bool too_old(const Nonce& nonce, base::Instant now) const;
    std::optional<std::uint32_t> find(const Nonce& nonce) const;
    std::uint32_t add(const Nonce& nonce);
    std::uint32_t make_room();

    base::Mac mac_;
    std::uint16_t shard_;
    std::size_t capacity_;
    base::Instant known_since_;   // of nonces issued from here on, those not entered were never used
    std::vector<Entry> entries_;  // a ring, once it is full
    base::HashIndex index_;       // by the salt, which is random and ours
    std::uint32_t oldest_ = 0;
};

}  // namespace almon::sip::digest
