#include "almon/base/random.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "almon/base/assert.hpp"

namespace almon::base {

namespace {

constexpr std::string_view letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const EVP_CIPHER* chacha20() {
    static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "ChaCha20", nullptr);
    ALMON_ASSERT(cipher != nullptr);
    return cipher;
}

// Replaces the octets by the key stream of the key.
void run_stream(std::span<const unsigned char> key, std::span<unsigned char> octets) {
    const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                  &EVP_CIPHER_CTX_free);
    constexpr std::array<unsigned char, 16> counter_and_nonce{};  // each key is used once
    std::ranges::fill(octets, static_cast<unsigned char>(0));
    int written = 0;
    ALMON_ASSERT(
        EVP_EncryptInit_ex2(context.get(), chacha20(), key.data(), counter_and_nonce.data(), nullptr) == 1);
    ALMON_ASSERT(EVP_EncryptUpdate(context.get(), octets.data(), &written, octets.data(),
                                   static_cast<int>(octets.size())) == 1);
    ALMON_ASSERT(static_cast<std::size_t>(written) == octets.size());
}

}  // namespace

Random::Random(std::uint64_t seed) : at_(stream_.size()) {
    for (std::size_t i = 0; i < sizeof seed; ++i) stream_[i] = static_cast<unsigned char>(seed >> (8 * i));
}

Random::Random(std::span<const std::byte, key_octets> seed) : at_(stream_.size()) {
    std::ranges::transform(seed, stream_.begin(),
                           [](std::byte octet) { return std::to_integer<unsigned char>(octet); });
}

void Random::refill() {
    std::array<unsigned char, key_octets> key;
    std::copy_n(stream_.begin(), key.size(), key.begin());
    run_stream(key, stream_);
    at_ = key_octets;
}

void Random::fill(std::span<unsigned char> octets) {
    while (!octets.empty()) {
        if (at_ == stream_.size()) refill();
        const auto fresh = std::span(stream_).subspan(at_);
        const auto taken = fresh.first(std::min(octets.size(), fresh.size()));
        std::ranges::copy(taken, octets.begin());
        std::ranges::fill(taken, static_cast<unsigned char>(0));
        at_ += taken.size();
        octets = octets.subspan(taken.size());
    }
}

std::uint64_t Random::next() {
    std::array<unsigned char, 8> octets;
    fill(octets);
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < octets.size(); ++i) number |= std::uint64_t{octets[i]} << (8 * i);
    return number;
}

std::uint64_t Random::below(std::uint64_t limit) {
    ALMON_ASSERT(limit > 0);
    // 2^64 modulo limit: with as many of the lowest numbers left out, every remainder is equally frequent.
    const auto left_out = (0 - limit) % limit;
    for (;;)
        if (const auto number = next(); number >= left_out) return number % limit;
}

bool Random::chance(double probability) {
    constexpr double unit = 1.0 / (std::uint64_t{1} << 53);  // a double holds 53 bits exactly
    return static_cast<double>(next() >> 11) * unit < probability;
}

unsigned char Random::next_octet() {
    if (at_ == stream_.size()) refill();
    return std::exchange(stream_[at_++], static_cast<unsigned char>(0));
}

// Six bits at a time; the two values of 64 that name no letter are drawn again.
char Random::next_letter() {
    for (;;)
        if (const auto bits = next_octet() & 63U; bits < letters.size()) return letters[bits];
}

void Random::token(Printer& out, std::size_t characters) {
    for (; characters > 0; --characters) out.put(next_letter());
}

std::string Random::token(std::size_t characters) {
    std::string text(characters, '\0');
    std::ranges::generate(text, [this] { return next_letter(); });
    return text;
}

}  // namespace almon::base
