#include "almon/net/fd.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

using namespace almon::net;

namespace {
bool is_open(int number) {
    return ::fcntl(number, F_GETFD) >= 0;
}
}  // namespace

TEST_CASE("a descriptor is closed once, by its last owner") {
    int number = -1;
    {
        Fd first(::dup(0));
        number = first.number();
        Fd second = std::move(first);
        CHECK_FALSE(first);
        CHECK(second.number() == number);
        CHECK(is_open(number));
    }
    CHECK_FALSE(is_open(number));
}

TEST_CASE("a released descriptor is somebody else's to close") {
    int number = -1;
    {
        Fd fd(::dup(0));
        number = fd.release();
    }
    CHECK(is_open(number));
    ::close(number);
}

TEST_CASE("a system error becomes a sentence") {
    errno = EADDRINUSE;
    CHECK(system_trouble("bind 127.0.0.1:5060").value() ==
          "cannot bind 127.0.0.1:5060: Address already in use");
}

TEST_CASE("a process takes all descriptors that it is granted") {
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit few{std::min<rlim_t>(64, before.rlim_max), before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
    CHECK(allow_all_descriptors() == before.rlim_max);
    rlimit now{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &now) == 0);
    CHECK(now.rlim_cur == before.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &before);
}
