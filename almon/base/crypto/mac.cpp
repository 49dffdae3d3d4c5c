#include "almon/base/crypto/mac.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "almon/base/assert.hpp"

namespace almon::base {

namespace {

EVP_MAC* hmac() {
    static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    ALMON_ASSERT(algorithm != nullptr);
    return algorithm;
}

const unsigned char* octets(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

struct Mac::Context {
    std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> handle{EVP_MAC_CTX_new(hmac()),
                                                                     &EVP_MAC_CTX_free};
};

Mac::Mac(const MacKey& key) : context_(std::make_unique<Context>()) {
    char hash[] = "SHA2-256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, hash, 0),
                                     OSSL_PARAM_construct_end()};
    ALMON_ASSERT(EVP_MAC_init(context_->handle.get(), key.data(), key.size(), parameters) == 1);
}

Mac::~Mac() = default;
Mac::Mac(Mac&&) noexcept = default;
Mac& Mac::operator=(Mac&&) noexcept = default;

Digest<32> Mac::operator()(Pieces pieces) const {
    auto* const context = context_->handle.get();
    // Without a key: start again from the one prepared.
    ALMON_ASSERT(EVP_MAC_init(context, nullptr, 0, nullptr) == 1);
    for (const auto piece : pieces) ALMON_ASSERT(EVP_MAC_update(context, octets(piece), piece.size()) == 1);
    Digest<32> result;
    std::size_t size = 0;
    ALMON_ASSERT(EVP_MAC_final(context, result.data(), &size, result.size()) == 1 && size == result.size());
    return result;
}

bool equal_constant_time(std::span<const unsigned char> a, std::span<const unsigned char> b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
    return equal_constant_time({octets(a), a.size()}, {octets(b), b.size()});
}

}  // namespace almon::base
