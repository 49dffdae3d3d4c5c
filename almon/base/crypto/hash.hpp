// The hashes of RFC 7616 and RFC 8760, over libcrypto.
#pragma once

#include <array>
#include <initializer_list>
#include <string_view>

namespace almon::base {

// A text in pieces, hashed as if it were whole: md5({user, ":", realm}).
using Pieces = std::initializer_list<std::string_view>;

template <std::size_t Octets>
using Digest = std::array<unsigned char, Octets>;

// MD5 is broken as a hash for signatures; it is here because most SIP peers can do nothing else.
Digest<16> md5(Pieces pieces);
Digest<32> sha256(Pieces pieces);
// SHA-512/256 of FIPS 180-4, which is not SHA-512 cut short.
Digest<32> sha512_256(Pieces pieces);

}  // namespace almon::base
