// A nonce that speaks for itself: when and on which shard it was issued, sealed with a MAC (RFC 7616 §5.4),
// so that issuing one leaves nothing behind.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "almon/base/crypto/mac.hpp"
#include "almon/base/printer.hpp"
#include "almon/base/time.hpp"

namespace almon::sip::digest {

struct Nonce {
    static constexpr std::size_t digits = 56;

    base::Instant issued;  // whole milliseconds
    std::uint16_t shard = 0;
    std::uint64_t salt = 0;  // random: no two nonces are alike
    friend bool operator==(const Nonce&, const Nonce&) = default;

    // 56 lower-case digits: time (48 bits), shard, salt, and 96 bits of the MAC over them.
    void print(const base::Mac& mac, base::Printer& out) const;
    // Nullopt when it is not, octet for octet, what print() made with this key.
    static std::optional<Nonce> open(const base::Mac& mac, std::string_view text);
};

}  // namespace almon::sip::digest
