#include "almon/base/crypto/hash.hpp"

#include <doctest/doctest.h>

#include <string>

#include "almon/base/crypto/hex.hpp"

using namespace almon::base;

namespace {

template <std::size_t Octets>
std::string hex(const Digest<Octets>& digest) {
    const auto text = to_hex(digest);
    return {text.data(), text.size()};
}

}  // namespace

TEST_CASE("MD5 gives the hashes of RFC 1321") {
    CHECK(hex(md5({""})) == "d41d8cd98f00b204e9800998ecf8427e");
    CHECK(hex(md5({"abc"})) == "900150983cd24fb0d6963f7d28e17f72");
    CHECK(hex(md5({"message digest"})) == "f96b697d7cb7938d525a2f31aaf161d0");
}

TEST_CASE("SHA-256 and SHA-512/256 give the hashes of FIPS 180-4") {
    CHECK(hex(sha256({"abc"})) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hex(sha512_256({"abc"})) == "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23");
}

TEST_CASE("a text in pieces hashes like the whole") {
    const std::string longer(300, 'x');
    CHECK(md5({"a", "", "bc"}) == md5({"abc"}));
    CHECK(sha256({longer, "y", longer}) == sha256({longer + "y" + longer}));
    CHECK(sha512_256({}) == sha512_256({""}));
}
