#include "almon/base/crypto/hash.hpp"

#include <openssl/evp.h>

#include <memory>

#include "almon/base/assert.hpp"

namespace almon::base {

namespace {

// Looking an algorithm up costs more than a hash: each is fetched once and kept.
const EVP_MD* fetch(const char* name) {
    const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, name, nullptr);
    ALMON_ASSERT(algorithm != nullptr);
    return algorithm;
}

template <std::size_t Octets>
Digest<Octets> digest(const EVP_MD* algorithm, Pieces pieces) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    ALMON_ASSERT(EVP_DigestInit_ex2(context.get(), algorithm, nullptr) == 1);
    for (const auto piece : pieces)
        ALMON_ASSERT(EVP_DigestUpdate(context.get(), piece.data(), piece.size()) == 1);
    Digest<Octets> result;
    unsigned size = 0;
    ALMON_ASSERT(EVP_DigestFinal_ex(context.get(), result.data(), &size) == 1 && size == Octets);
    return result;
}

}  // namespace

Digest<16> md5(Pieces pieces) {
    static const EVP_MD* const algorithm = fetch("MD5");
    return digest<16>(algorithm, pieces);
}

Digest<32> sha256(Pieces pieces) {
    static const EVP_MD* const algorithm = fetch("SHA2-256");
    return digest<32>(algorithm, pieces);
}

Digest<32> sha512_256(Pieces pieces) {
    static const EVP_MD* const algorithm = fetch("SHA2-512/256");
    return digest<32>(algorithm, pieces);
}

}  // namespace almon::base
