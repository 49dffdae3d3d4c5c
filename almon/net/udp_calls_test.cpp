#include "almon/net/udp_calls.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <string>
#include <vector>

#include "almon/net/socket.hpp"
#include "almon/net/socket_address.hpp"

using namespace almon;
using namespace almon::net;

namespace {

struct Port {
    explicit Port(const char* at = "127.0.0.1:0")
        : fd(bind_socket(SocketType::datagram, base::Endpoint::parse(at).value(), PortSharing::exclusive)
                 .value()) {
        ::fcntl(fd.number(), F_SETFL, O_NONBLOCK);
    }
    base::Endpoint endpoint() const { return local_endpoint(fd.number()); }
    Fd fd;
    UdpCounters counters;
};

template <class Calls>
std::size_t send(Calls& calls, Port& from, const base::Endpoint& to, const std::vector<std::string>& texts) {
    std::vector<Outgoing> datagrams;
    for (const auto& text : texts) datagrams.push_back({to, text});
    return calls.write(from.fd.number(), datagrams, from.counters);
}

}  // namespace

#ifdef __linux__
#define BOTH_SETS SingleUdpCalls, BatchedUdpCalls
#else
#define BOTH_SETS SingleUdpCalls
#endif

TEST_CASE_TEMPLATE("datagrams arrive whole, in order, with their sender", Calls, BOTH_SETS) {
    for (const auto at : {"127.0.0.1:0", "[::1]:0"}) {
        Calls calls;
        Port alice(at);
        Port bob(at);
        const std::string longest(60'000, 'x');
        CHECK(send(calls, alice, bob.endpoint(), {"one", "", longest}) == 3);
        const auto got = calls.read(bob.fd.number(), bob.counters);
        REQUIRE(got.size() == 3);
        CHECK(got[0].bytes == "one");
        CHECK(got[0].from == alice.endpoint());
        CHECK(got[1].bytes.empty());
        CHECK(got[2].bytes == longest);
        CHECK(alice.counters.sent == 3);
        CHECK(bob.counters.received == 3);
    }
}

TEST_CASE_TEMPLATE("an empty socket gives nothing", Calls, BOTH_SETS) {
    Calls calls;
    Port alice;
    CHECK(calls.read(alice.fd.number(), alice.counters).empty());
}

TEST_CASE_TEMPLATE("no read takes more than a turn's share", Calls, BOTH_SETS) {
    Calls calls;
    Port alice;
    Port bob;
    CHECK(send(calls, alice, bob.endpoint(),
               std::vector<std::string>(base::limits::datagrams_per_turn + 1, "x")) ==
          base::limits::datagrams_per_turn + 1);
    CHECK(calls.read(bob.fd.number(), bob.counters).size() == base::limits::datagrams_per_turn);
    CHECK(calls.read(bob.fd.number(), bob.counters).size() == 1);
}

TEST_CASE_TEMPLATE("a datagram longer than its buffer is dropped and counted", Calls, BOTH_SETS) {
    Calls calls(10);
    Port alice;
    Port bob;
    CHECK(send(calls, alice, bob.endpoint(), {"0123456789", "0123456789a", "after"}) == 3);
    const auto got = calls.read(bob.fd.number(), bob.counters);
    REQUIRE(got.size() == 2);
    CHECK(got[0].bytes == "0123456789");
    CHECK(got[1].bytes == "after");
    CHECK(bob.counters.truncated == 1);
}

TEST_CASE_TEMPLATE("what the kernel refuses does not hold up the rest", Calls, BOTH_SETS) {
    Calls calls;
    Port alice;
    Port bob;
    const std::string too_long(70'000, 'x');
    const std::vector<Outgoing> datagrams{{bob.endpoint(), "first"},
                                          {bob.endpoint(), too_long},
                                          {base::Endpoint::parse("[::1]:5060").value(), "wrong family"},
                                          {bob.endpoint(), "last"}};
    CHECK(calls.write(alice.fd.number(), datagrams, alice.counters) == 4);
    CHECK(alice.counters.sent == 2);
    CHECK(alice.counters.undeliverable == 2);
    const auto got = calls.read(bob.fd.number(), bob.counters);
    REQUIRE(got.size() == 2);
    CHECK(got[1].bytes == "last");
}

TEST_CASE_TEMPLATE("a port that nobody listens on disturbs nobody", Calls, BOTH_SETS) {
    Calls calls;
    Port alice;
    Port bob;
    const auto silent = Port().endpoint();
    CHECK(send(calls, alice, silent, {"anyone?", "anyone?"}) == 2);
    CHECK(calls.read(alice.fd.number(), alice.counters).empty());
    CHECK(send(calls, alice, bob.endpoint(), {"hello"}) == 1);
    CHECK(calls.read(bob.fd.number(), bob.counters).size() == 1);
}
