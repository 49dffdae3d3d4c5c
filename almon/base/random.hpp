// Randomness for everything that strangers must not guess: tags, branches, Call-IDs, nonces. The key stream
// of ChaCha20; after each kilobyte the key is replaced by octets of its own stream and forgotten, so that who
// reads the memory later learns nothing about what was handed out before.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "almon/base/printer.hpp"

namespace almon::base {

class Random {
 public:
    // For tests and the simulator: the same seed, the same numbers, on every machine.
    explicit Random(std::uint64_t seed);
    // For a host: 32 octets from the operating system.
    explicit Random(std::span<const std::byte, 32> seed);
    // Two copies would hand out the same secrets.
    Random(const Random&) = delete;
    Random& operator=(const Random&) = delete;

    std::uint64_t next();
    // A number in 0..limit-1, all equally likely; limit > 0.
    std::uint64_t below(std::uint64_t limit);
    // True with this probability (0 never, 1 always).
    bool chance(double probability);
    void fill(std::span<unsigned char> octets);
    // Letters and digits, 5.95 bits each; RFC 3261 §19.3 wants 32 bits of a tag: six characters or more.
    void token(Printer& out, std::size_t characters);
    std::string token(std::size_t characters);

 private:
    static constexpr std::size_t key_octets = 32;
    void refill();
    unsigned char next_octet();
    char next_letter();

    // The first octets are the next key; what was handed out is wiped.
    std::array<unsigned char, 1024> stream_{};
    std::size_t at_ = 0;
};

}  // namespace almon::base
