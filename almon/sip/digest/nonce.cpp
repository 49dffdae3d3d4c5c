#include "almon/sip/digest/nonce.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "almon/base/crypto/hex.hpp"

namespace almon::sip::digest {
namespace {

constexpr std::size_t time_octets = 6, shard_octets = 2, salt_octets = 8, seal_octets = 12;
constexpr std::size_t plain_octets = time_octets + shard_octets + salt_octets;
using Plain = std::array<unsigned char, plain_octets>;
using Sealed = std::array<unsigned char, plain_octets + seal_octets>;
static_assert(2 * sizeof(Sealed) == Nonce::digits);

// The lowest octets of the number, highest first.
void write_number(std::uint64_t number, std::span<unsigned char> octets) {
    for (std::size_t i = octets.size(); i > 0; --i, number >>= 8)
        octets[i - 1] = static_cast<unsigned char>(number);
}

std::uint64_t read_number(std::span<const unsigned char> octets) {
    std::uint64_t number = 0;
    for (const auto octet : octets) number = number << 8 | octet;
    return number;
}

Plain plain_of(const Nonce& nonce) {
    using std::chrono::milliseconds;
    const auto ticks = std::chrono::floor<milliseconds>(nonce.issued.time_since_epoch()).count();
    Plain plain;
    const std::span all(plain);
    write_number(static_cast<std::uint64_t>(ticks), all.first(time_octets));
    write_number(nonce.shard, all.subspan(time_octets, shard_octets));
    write_number(nonce.salt, all.last(salt_octets));
    return plain;
}

Nonce nonce_of(std::span<const unsigned char, plain_octets> plain) {
    const auto ticks = static_cast<std::int64_t>(read_number(plain.first(time_octets)));
    return {.issued = base::Instant(std::chrono::milliseconds(ticks)),
            .shard = static_cast<std::uint16_t>(read_number(plain.subspan(time_octets, shard_octets))),
            .salt = read_number(plain.last(salt_octets))};
}

base::Digest<32> seal_of(const base::Mac& mac, std::span<const unsigned char, plain_octets> plain) {
    return mac({"nonce", {reinterpret_cast<const char*>(plain.data()), plain.size()}});
}

}  // namespace

void Nonce::print(const base::Mac& mac, base::Printer& out) const {
    const auto plain = plain_of(*this);
    const auto seal = seal_of(mac, plain);
    Sealed sealed;
    std::ranges::copy(plain, sealed.begin());
    std::copy_n(seal.begin(), seal_octets, sealed.begin() + plain_octets);
    const auto text = base::to_hex(sealed);
    out.put(std::string_view(text.data(), text.size()));
}

std::optional<Nonce> Nonce::open(const base::Mac& mac, std::string_view text) {
    Sealed sealed;
    if (!base::from_hex(text, sealed)) return {};
    const std::span<const unsigned char, sizeof(Sealed)> octets(sealed);
    const auto plain = octets.first<plain_octets>();
    const auto seal = seal_of(mac, plain);
    if (!base::equal_constant_time(octets.last<seal_octets>(), std::span(seal).first(seal_octets))) return {};
    return nonce_of(plain);
}

}  // namespace almon::sip::digest
