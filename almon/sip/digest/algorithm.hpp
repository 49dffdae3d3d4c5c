// The hash algorithms of Digest authentication (RFC 7616 §6.1, RFC 8760 §2.1) and what they yield.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "almon/base/crypto/hash.hpp"
#include "almon/base/crypto/hex.hpp"

namespace almon::sip::digest {

// From the weakest to the strongest.
enum class Algorithm : std::uint8_t { md5, sha256, sha512_256 };
inline constexpr std::array<Algorithm, 3> algorithms{Algorithm::md5, Algorithm::sha256,
                                                     Algorithm::sha512_256};

// As the parameter "algorithm" writes it: "SHA-512-256".
std::string_view name_of(Algorithm algorithm);
std::optional<Algorithm> algorithm_named(std::string_view name);  // without case

// What the parameter "algorithm" can say: an algorithm, or its session variant ("MD5-sess", RFC 7616 §3.4.2).
struct Recipe {
    Algorithm algorithm = Algorithm::md5;
    bool session = false;
    friend bool operator==(const Recipe&, const Recipe&) = default;
};
std::optional<Recipe> recipe_named(std::string_view name);  // without case

// A hash the way Digest handles it: as lower-case digits, 32 or 64 of them (RFC 8760 §2.2).
class HexDigest {
 public:
    static constexpr std::size_t max_digits = 64;

    HexDigest() = default;  // none
    template <std::size_t Octets>
        requires(2 * Octets <= max_digits)
    explicit HexDigest(const base::Digest<Octets>& octets) : size_(2 * Octets) {
        const auto text = base::to_hex(octets);
        for (std::size_t i = 0; i < text.size(); ++i) digits_[i] = text[i];
    }
    std::string_view text() const { return {digits_.data(), size_}; }

 private:
    std::array<char, max_digits> digits_{};
    std::uint8_t size_ = 0;
};

HexDigest hash(Algorithm algorithm, base::Pieces pieces);

}  // namespace almon::sip::digest
