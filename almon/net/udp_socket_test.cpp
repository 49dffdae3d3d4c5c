#include "almon/net/udp_socket.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "almon/net/loop.hpp"
#include "almon/net/turn_until.hpp"

using namespace almon;
using namespace almon::net;

namespace {

const auto loopback = base::Endpoint::parse("127.0.0.1:0").value();

struct Inbox : UdpReader {
    void received(UdpSocket&, std::span<const Datagram> datagrams) override {
        largest_batch = std::max(largest_batch, datagrams.size());
        for (const auto& [from, bytes] : datagrams) letters.emplace_back(bytes);
    }
    std::vector<std::string> letters;
    std::size_t largest_batch = 0;
};

struct Echo : UdpReader {
    void received(UdpSocket& socket, std::span<const Datagram> datagrams) override {
        std::vector<Outgoing> answers;
        for (const auto& [from, bytes] : datagrams) answers.push_back({from, bytes});
        socket.send(answers);
    }
};

struct Closer : UdpReader {
    void received(UdpSocket&, std::span<const Datagram>) override {
        ++calls;
        socket.reset();
    }
    std::unique_ptr<UdpSocket> socket;
    int calls = 0;
};

std::unique_ptr<UdpSocket> bound(Loop& loop, UdpReader& reader, const base::Endpoint& at = loopback) {
    return UdpSocket::bind(loop, at, PortSharing::exclusive, reader).value();
}

void send(UdpSocket& from, const base::Endpoint& to, std::string_view text) {
    const Outgoing datagram{to, text};
    from.send({&datagram, 1});
}

}  // namespace

TEST_CASE("a datagram goes there and back, over IPv4 and IPv6") {
    for (const auto at : {"127.0.0.1:0", "[::1]:0"}) {
        Loop loop;
        Inbox inbox;
        Echo echo;
        const auto alice = bound(loop, inbox, base::Endpoint::parse(at).value());
        const auto bob = bound(loop, echo, base::Endpoint::parse(at).value());
        send(*alice, bob->local(), "hello");
        REQUIRE(turn_until(loop, [&] { return !inbox.letters.empty(); }));
        CHECK(inbox.letters.front() == "hello");
        CHECK(bob->counters().received == 1);
        CHECK(bob->counters().sent == 1);
    }
}

TEST_CASE("a burst of 10,000 datagrams arrives complete and in order") {
    Loop loop;
    Inbox nobody;
    Inbox inbox;
    const auto alice = bound(loop, nobody);
    const auto bob = bound(loop, inbox);
    std::vector<std::string> texts;
    for (int i = 0; i < 10'000; ++i) texts.push_back(std::to_string(i));
    for (std::size_t from = 0; from < texts.size(); from += 125) {  // what the smallest socket buffer holds
        std::vector<Outgoing> slice;
        for (auto i = from; i < from + 125; ++i) slice.push_back({bob->local(), texts[i]});
        alice->send(slice);
        REQUIRE(turn_until(loop, [&] { return inbox.letters.size() == from + 125; }));
    }
    CHECK(inbox.letters == texts);
    CHECK(inbox.largest_batch == base::limits::datagrams_per_turn);
    CHECK(alice->counters().sent == 10'000);
}

TEST_CASE("a busy socket leaves the others their turn") {
    Loop loop;
    Inbox busy_inbox;
    Inbox quiet_inbox;
    const auto busy = bound(loop, busy_inbox);
    const auto quiet = bound(loop, quiet_inbox);
    const std::vector<Outgoing> flood(3 * base::limits::datagrams_per_turn, Outgoing{busy->local(), "x"});
    quiet->send(flood);
    send(*busy, quiet->local(), "y");
    REQUIRE(turn_until(loop, [&] { return !busy_inbox.letters.empty() && !quiet_inbox.letters.empty(); }));
    CHECK(busy_inbox.largest_batch == base::limits::datagrams_per_turn);
    REQUIRE(turn_until(loop, [&] { return busy_inbox.letters.size() == flood.size(); }));
}

TEST_CASE("a reader may destroy its socket") {
    Loop loop;
    Inbox inbox;
    Closer closer;
    const auto alice = bound(loop, inbox);
    closer.socket = bound(loop, closer);
    const auto to = closer.socket->local();
    send(*alice, to, "one");
    REQUIRE(turn_until(loop, [&] { return closer.calls == 1; }));
    send(*alice, to, "two");
    settle(loop);
    CHECK(closer.calls == 1);
}

TEST_CASE("a socket may go while its datagram is under way to the reader") {
    Loop loop;
    Inbox inbox;
    const auto alice = bound(loop, inbox);
    auto bob = bound(loop, inbox);
    send(*alice, bob->local(), "too late");
    loop.post([&] { bob.reset(); });
    settle(loop);
    settle(loop);
    CHECK(bob == nullptr);
}

TEST_CASE("a port unreachable does not disturb the socket") {
    Loop loop;
    Inbox inbox;
    const auto alice = bound(loop, inbox);
    const auto nobody = bound(loop, inbox)->local();
    for (int i = 0; i < 3; ++i) send(*alice, nobody, "anyone?");
    send(*alice, alice->local(), "myself");
    REQUIRE(turn_until(loop, [&] { return inbox.letters.size() == 1; }));
    CHECK(inbox.letters.front() == "myself");
}

TEST_CASE("a port that is taken is refused with a sentence") {
    Loop loop;
    Inbox inbox;
    const auto alice = bound(loop, inbox);
    const auto second = UdpSocket::bind(loop, alice->local(), PortSharing::exclusive, inbox);
    REQUIRE_FALSE(second);
    CHECK(second.error() == "cannot bind UDP " + base::printed(alice->local()) + ": Address already in use");
}
