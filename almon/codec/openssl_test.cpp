#include "almon/codec/openssl.hpp"

#include <doctest/doctest.h>

#include "almon/codec/test_peers.hpp"

using namespace almon;
using namespace almon::codec;

TEST_CASE("times are written for people") {
    CHECK(readable(noon) == "2026-06-15 12:00:00 UTC");
    CHECK(readable(base::WallTime()) == "1970-01-01 00:00:00 UTC");
}

TEST_CASE("a key that cannot be used is told with its place and what to do") {
    CHECK(read_key({"", "key.pem"}).error() ==
          "key.pem: there is no private key: a block -----BEGIN PRIVATE KEY----- is needed");
    CHECK(read_key({"-----BEGIN PRIVATE KEY-----\nabc", "key.pem"}).error() ==
          "key.pem: the private key cannot be read: is the file cut short?");
    const auto locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    CHECK(read_key({locked, "key.pem"}).error().starts_with("key.pem: the private key has a password"));
}

TEST_CASE("text before, between and after certificates is skipped, as editors of such files expect") {
    const auto made = make_self_signed(wish_for("a.example"));
    const auto text = "subject: one\n" + made->certificate + "\nagain\n" + made->certificate + "end\n";
    const auto read = read_certificates({text, "here"});
    REQUIRE(read);
    CHECK(read->size() == 2);
}
