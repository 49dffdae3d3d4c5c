#include "almon/server/subscribers.hpp"

#include <doctest/doctest.h>

using namespace almon;
using namespace almon::server;
using sip::digest::Algorithm;
using sip::digest::Secret;

TEST_CASE("an account is found by user and domain, whose case does not matter") {
    base::Epochs epochs(1);
    Subscribers subscribers(epochs, {1, 2});
    subscribers.set("alice", "Example.COM", Secret("alice", "example.com", "secret"));
    const auto* alice = subscribers.find("alice@example.com");
    REQUIRE(alice);
    CHECK(alice->user() == "alice");
    CHECK(alice->domain() == "example.com");
    CHECK(alice->secret.ha1(Algorithm::md5) == Secret("alice", "example.com", "secret").ha1(Algorithm::md5));
    CHECK_FALSE(subscribers.find("Alice@example.com"));
    CHECK_FALSE(subscribers.find("alice@example.net"));
}

TEST_CASE("accounts change and go at run time") {
    base::Epochs epochs(1);
    Subscribers subscribers(epochs, {1, 2});
    subscribers.set("alice", "example.com", Secret("alice", "example.com", "old"));
    subscribers.set("alice", "example.com", Secret("alice", "example.com", "new"));
    CHECK(subscribers.size() == 1);
    CHECK(subscribers.find("alice@example.com")->secret.ha1(Algorithm::sha256) ==
          Secret("alice", "example.com", "new").ha1(Algorithm::sha256));
    CHECK(subscribers.remove("alice", "EXAMPLE.com"));
    CHECK_FALSE(subscribers.remove("alice", "example.com"));
    CHECK_FALSE(subscribers.find("alice@example.com"));
}

TEST_CASE("a user's name may hold an at sign") {
    base::Epochs epochs(1);
    Subscribers subscribers(epochs, {1, 2});
    subscribers.set("alice@home", "example.com", {});
    CHECK(subscribers.find("alice@home@example.com")->user() == "alice@home");
    CHECK(subscribers.find("alice@home@example.com")->domain() == "example.com");
}
