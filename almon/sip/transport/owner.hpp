// Which shard owns a message, told from its octets by whoever received it (docs/architecture.md, rule 2): all
// messages of a dialog by its Call-ID, all of a registration by its address-of-record. Take it modulo the
// number of shards. All shards share one secret, so that strangers cannot crowd one of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "almon/base/crypto/siphash.hpp"

namespace almon::sip {

// Of a message as it came. REGISTER and its responses go by the address-of-record in To, all else by Call-ID;
// so does a REGISTER whose To cannot be read. Nullopt: no Call-ID either, so any shard may refuse it.
std::optional<std::uint64_t> owner_hash(const base::HashKey& secret, std::string_view octets);

// What owner_hash() gives for that call.
std::uint64_t owner_of_call(const base::HashKey& secret, std::string_view call_id);
// What owner_hash() gives for a REGISTER of that address-of-record, as address_of_record() writes it. The
// port counts for nothing: a user of ours is the same whichever port the phone writes.
std::uint64_t owner_of_aor(const base::HashKey& secret, std::string_view address_of_record);

}  // namespace almon::sip
