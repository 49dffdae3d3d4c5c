#include "almon/app/account.hpp"

#include <doctest/doctest.h>

using namespace almon::app;

TEST_CASE("an account is a user and a domain, whose case means nothing") {
    CHECK(read_account("alice@Example.COM")->text() == "alice@example.com");
    CHECK(read_account("sip:Bob@127.0.0.1")->text() == "Bob@127.0.0.1");
    CHECK(read_account("a@b@[::1]")->user == "a@b");
}

TEST_CASE("what is no account is told why, and how one looks") {
    CHECK(read_account("alice").error() ==
          "`alice` is no name of an account: it has no domain; write one such as alice@example.com");
    for (const auto* wrong : {"", "@example.com", "alice@", "al ice@example.com", "alice\n@example.com",
                              "alice@exa mple.com", "alice@x\n"}) {
        CAPTURE(wrong);
        CHECK_FALSE(read_account(wrong));
    }
}
