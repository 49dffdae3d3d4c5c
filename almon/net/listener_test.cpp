#include "almon/net/listener.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>

#include "almon/net/local_address.hpp"
#include "almon/net/socket_address.hpp"
#include "almon/net/turn_until.hpp"

using namespace almon;
using namespace almon::net;

namespace {

const auto loopback = base::Endpoint::parse("127.0.0.1:0").value();

struct Hall : ConnectionReader {
    void opened(ConnectionId, const base::Endpoint&, const base::Endpoint&) override { ++guests; }
    void received(ConnectionId, std::string_view) override {}
    void closed(ConnectionId, Ending) override { --guests; }
    Loop loop;
    Connections connections{loop, *this};
    int guests = 0;
};

Fd visit(const base::Endpoint& to) {
    return begin_to_connect(to, {}).value();
}

// A path that is free, and is again afterwards.
struct Place {
    Place()
        : path(std::filesystem::temp_directory_path() / ("almon_listener_" + std::to_string(::getpid()))) {
        std::filesystem::remove(path);
    }
    ~Place() { std::filesystem::remove(path); }
    std::filesystem::path path;
};

// No file descriptors beyond those that are open now.
struct NoDescriptors {
    NoDescriptors() {
        ::getrlimit(RLIMIT_NOFILE, &before);
        const Fd next(::dup(0));
        const rlimit now{static_cast<rlim_t>(next.number()), before.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &now);
    }
    ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before); }
    rlimit before{};
};

}  // namespace

TEST_CASE("all who come in one turn are accepted") {
    Hall hall;
    const auto listener =
        Listener::tcp(hall.loop, loopback, PortSharing::exclusive, hall.connections).value();
    std::vector<Fd> visitors;
    for (std::size_t i = 0; i < base::limits::accepts_per_turn + 10; ++i)
        visitors.push_back(visit(listener->endpoint()));
    REQUIRE(turn_until(hall.loop, [&] { return hall.guests == static_cast<int>(visitors.size()); }));
    CHECK(listener->counters().accepted == visitors.size());
}

TEST_CASE("a crowd is let in share by share, and whoever else is due gets a turn in between") {
    Hall hall;
    const auto listener =
        Listener::tcp(hall.loop, loopback, PortSharing::exclusive, hall.connections).value();
    std::vector<Fd> visitors;
    for (std::size_t i = 0; i < 3 * base::limits::accepts_per_turn; ++i)
        visitors.push_back(visit(listener->endpoint()));
    std::uint64_t seen = 0, largest = 0;
    std::function<void()> look = [&] {
        const auto now = listener->counters().accepted;
        largest = std::max(largest, now - std::exchange(seen, now));
        if (now < visitors.size()) hall.loop.post(look);
    };
    hall.loop.post(look);
    REQUIRE(turn_until(hall.loop, [&] { return seen == visitors.size(); }));
    CHECK(largest == base::limits::accepts_per_turn);
}

TEST_CASE("without file descriptors the listener pauses, and takes the guest later") {
    Hall hall;
    const auto listener =
        Listener::tcp(hall.loop, loopback, PortSharing::exclusive, hall.connections).value();
    const auto visitor = visit(listener->endpoint());
    base::Instant paused_at;
    {
        const NoDescriptors none;
        REQUIRE(turn_until(hall.loop, [&] { return listener->counters().pauses > 0; }));
        paused_at = hall.loop.moment().now;
        CHECK_FALSE(hall.loop.turn(std::chrono::nanoseconds(0)));  // it does not spin
        CHECK(hall.guests == 0);
    }
    REQUIRE(turn_until(hall.loop, [&] { return hall.guests == 1; }));
    CHECK(hall.loop.moment().now - paused_at >= base::limits::accept_pause);
}

TEST_CASE("shards share a port") {
    Hall one;
    Hall two;
    const auto first = Listener::tcp(one.loop, loopback, PortSharing::shared, one.connections).value();
    const auto second = Listener::tcp(two.loop, first->endpoint(), PortSharing::shared, two.connections);
    CHECK(second);
}

TEST_CASE("a taken port is refused with a sentence") {
    Hall hall;
    const auto first = Listener::tcp(hall.loop, loopback, PortSharing::exclusive, hall.connections).value();
    const auto second = Listener::tcp(hall.loop, first->endpoint(), PortSharing::exclusive, hall.connections);
    REQUIRE_FALSE(second);
    CHECK(second.error() ==
          "cannot bind TCP " + base::printed(first->endpoint()) + ": Address already in use");
}

TEST_CASE("a local socket is its owner's alone and goes with its listener") {
    Hall hall;
    const Place place;
    {
        const auto listener = Listener::local(hall.loop, place.path, hall.connections);
        REQUIRE(listener);
        struct stat found{};
        REQUIRE(::stat(place.path.c_str(), &found) == 0);
        CHECK((found.st_mode & 0777) == 0600);
        const auto visitor = connect_locally(place.path);
        REQUIRE(turn_until(hall.loop, [&] { return hall.guests == 1; }));
    }
    CHECK_FALSE(std::filesystem::exists(place.path));
}

TEST_CASE("a local socket of a dead process is replaced") {
    Hall hall;
    const Place place;
    {
        const auto address = LocalAddress::of(place.path).value();
        const Fd dead(::socket(AF_UNIX, SOCK_STREAM, 0));
        REQUIRE(::bind(dead.number(), address.data(), address.size()) == 0);
    }
    CHECK(Listener::local(hall.loop, place.path, hall.connections));
}

TEST_CASE("a local socket that answers is left to its owner") {
    Hall hall;
    const Place place;
    const auto first = Listener::local(hall.loop, place.path, hall.connections);
    REQUIRE(first);
    const auto second = Listener::local(hall.loop, place.path, hall.connections);
    REQUIRE_FALSE(second);
    CHECK(second.error() == "cannot bind " + place.path.string() + ": Address already in use");
    CHECK(connect_locally(place.path));
}

TEST_CASE("a file that is no socket is not touched") {
    Hall hall;
    const Place place;
    std::ofstream(place.path) << "precious";
    CHECK_FALSE(Listener::local(hall.loop, place.path, hall.connections));
    CHECK(std::filesystem::file_size(place.path) == 8);
}
