#include "almon/net/descriptor.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <optional>

#include "almon/net/loop.hpp"
#include "almon/net/turn_until.hpp"

using namespace almon::net;

namespace {

struct Pair {
    Pair() {
        std::array<int, 2> ends{};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
        mine = Fd(ends[0]);
        theirs = Fd(ends[1]);
    }
    Fd mine, theirs;
};

struct Watcher : Readiness {
    void readable() override {
        ++reads;
        if (drops) descriptor.reset();
    }
    void writable() override { ++writes; }
    std::optional<Descriptor> descriptor;
    int reads = 0;
    int writes = 0;
    bool drops = false;
};

}  // namespace

TEST_CASE("a wait is answered once") {
    Loop loop;
    Pair pair;
    Watcher watcher;
    watcher.descriptor.emplace(loop, std::move(pair.mine), watcher);
    REQUIRE(*watcher.descriptor);
    watcher.descriptor->await_readable();
    settle(loop);
    CHECK(watcher.reads == 0);
    CHECK(::write(pair.theirs.number(), "x", 1) == 1);
    REQUIRE(turn_until(loop, [&] { return watcher.reads == 1; }));
    settle(loop);
    CHECK(watcher.reads == 1);
}

TEST_CASE("what was ready before the wait is seen") {
    Loop loop;
    Pair pair;
    Watcher watcher;
    CHECK(::write(pair.theirs.number(), "x", 1) == 1);
    watcher.descriptor.emplace(loop, std::move(pair.mine), watcher);
    for (int turns = 1; turns <= 3; ++turns) {
        watcher.descriptor->await_readable();
        REQUIRE(turn_until(loop, [&] { return watcher.reads == turns; }));
    }
}

TEST_CASE("room to write and the end of the stream are reported") {
    Loop loop;
    Pair pair;
    Watcher watcher;
    watcher.descriptor.emplace(loop, std::move(pair.mine), watcher);
    watcher.descriptor->await_writable();
    REQUIRE(turn_until(loop, [&] { return watcher.writes == 1; }));
    watcher.descriptor->await_readable();
    pair.theirs = Fd();
    REQUIRE(turn_until(loop, [&] { return watcher.reads == 1; }));
}

TEST_CASE("nobody is called after the descriptor is gone") {
    Loop loop;
    Pair pair;
    Watcher watcher;
    watcher.descriptor.emplace(loop, std::move(pair.mine), watcher);
    watcher.descriptor->await_readable();
    watcher.descriptor->await_writable();
    CHECK(::write(pair.theirs.number(), "x", 1) == 1);
    SUBCASE("closed before the loop looked") {
        watcher.descriptor.reset();
    }
    SUBCASE("closed by work that was ready first") {
        loop.post([&] { watcher.descriptor.reset(); });
    }
    settle(loop);
    CHECK(watcher.reads == 0);
}

TEST_CASE("an owner may drop its descriptor from inside the call") {
    Loop loop;
    Pair pair;
    Watcher watcher;
    watcher.drops = true;
    watcher.descriptor.emplace(loop, std::move(pair.mine), watcher);
    watcher.descriptor->await_readable();
    CHECK(::write(pair.theirs.number(), "x", 1) == 1);
    REQUIRE(turn_until(loop, [&] { return watcher.reads == 1; }));
    CHECK_FALSE(watcher.descriptor.has_value());
}

TEST_CASE("a watched descriptor neither blocks nor is inherited") {
    Loop loop;
    Pair pair;
    Watcher watcher;
    const Descriptor descriptor(loop, std::move(pair.mine), watcher);
    CHECK((::fcntl(descriptor.number(), F_GETFL) & O_NONBLOCK) != 0);
    CHECK((::fcntl(descriptor.number(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("what a loop cannot watch is refused") {
    Loop loop;
    Watcher watcher;
    const Descriptor refused(loop, Fd(), watcher);
    CHECK_FALSE(refused);
    CHECK(refused.number() == -1);
}
