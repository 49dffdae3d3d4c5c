// HMAC-SHA-256 (RFC 2104, RFC 4231) under a fixed key: what we sign for ourselves, such as nonces.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "almon/base/crypto/hash.hpp"

namespace almon::base {

using MacKey = std::array<unsigned char, 32>;

// The key is prepared once, so that a short text costs two blocks of SHA-256. One thread at a time: each
// shard has its own.
class Mac {
 public:
    explicit Mac(const MacKey& key);
    ~Mac();
    Mac(Mac&&) noexcept;
    Mac& operator=(Mac&&) noexcept;

    // Over the pieces as if they were one text. The caller cuts it short where fewer bits do (RFC 2104 §5).
    Digest<32> operator()(Pieces pieces) const;

 private:
    struct Context;
    std::unique_ptr<Context> context_;
};

// Takes as long for texts that differ at once as for equal ones; only the length may be guessed from the
// time.
bool equal_constant_time(std::span<const unsigned char> a, std::span<const unsigned char> b);
bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace almon::base
