#include "almon/host/streams.hpp"

#include <doctest/doctest.h>

using namespace almon;
using namespace almon::host;

namespace {

sip::Endpoint peer(int number) {
    return {base::IpAddress::v4({192, 0, 2, static_cast<std::uint8_t>(number)}), 5060};
}
sip::Flow flow(std::uint32_t slot, std::uint32_t generation, int to) {
    return {sip::Transport::tcp, {}, peer(to), {slot, generation, 0}};
}

}  // namespace

TEST_CASE("a stream is found by its connection and by its peer") {
    Streams streams({1, 2});
    streams.add(flow(0, 1, 1));
    streams.add(flow(7, 1, 2));
    REQUIRE(streams.leading_to(sip::Transport::tcp, peer(2)) != nullptr);
    CHECK(streams.leading_to(sip::Transport::tcp, peer(2))->flow.connection.slot == 7);
    CHECK(streams.find({0, 1, 0})->flow.peer == peer(1));
    CHECK(streams.leading_to(sip::Transport::tcp, peer(3)) == nullptr);
    CHECK(streams.leading_to(sip::Transport::tcp, {peer(1).address, 5061}) == nullptr);
    CHECK(streams.find({0, 2, 0}) == nullptr);
    CHECK(streams.find({99, 1, 0}) == nullptr);
}

TEST_CASE("a plain connection from the same address is no way for what is to be encrypted") {
    Streams streams({1, 2});
    streams.add(flow(0, 1, 1));
    CHECK(streams.leading_to(sip::Transport::tls, peer(1)) == nullptr);
    auto encrypted = flow(1, 1, 1);
    encrypted.transport = sip::Transport::tls;
    streams.add(encrypted);
    CHECK(streams.leading_to(sip::Transport::tls, peer(1))->flow == encrypted);
    CHECK(streams.leading_to(sip::Transport::tcp, peer(1))->flow == flow(0, 1, 1));
}

TEST_CASE("a stream that is gone leads nowhere, and a slot used again leads to its new peer") {
    Streams streams({1, 2});
    streams.add(flow(0, 1, 1)).is_open = true;
    CHECK(streams.remove({0, 1, 0})->is_open);
    CHECK_FALSE(streams.remove({0, 1, 0}));
    CHECK(streams.leading_to(sip::Transport::tcp, peer(1)) == nullptr);
    streams.add(flow(0, 2, 1));
    streams.add(flow(0, 3, 2));
    CHECK(streams.leading_to(sip::Transport::tcp, peer(1)) == nullptr);
    CHECK_FALSE(streams.leading_to(sip::Transport::tcp, peer(2))->is_open);
}

TEST_CASE("of several streams to one peer, one is left when another goes") {
    Streams streams({1, 2});
    streams.add(flow(0, 1, 1));
    streams.add(flow(1, 1, 1));
    const auto first = streams.leading_to(sip::Transport::tcp, peer(1))->flow.connection;
    streams.remove(first);
    REQUIRE(streams.leading_to(sip::Transport::tcp, peer(1)) != nullptr);
    CHECK(streams.leading_to(sip::Transport::tcp, peer(1))->flow.connection != first);
}

TEST_CASE("ten thousand streams come and go") {
    Streams streams({3, 4});
    const auto far = [](std::uint32_t number) {
        return sip::Endpoint{base::IpAddress::v4({10, 0, 0, 1}), static_cast<std::uint16_t>(number)};
    };
    for (std::uint32_t i = 0; i < 10'000; ++i) streams.add({sip::Transport::tcp, {}, far(i), {i, 1, 0}});
    for (std::uint32_t i = 0; i < 10'000; i += 2) REQUIRE(streams.remove({i, 1, 0}));
    for (std::uint32_t i = 0; i < 10'000; ++i)
        REQUIRE((streams.leading_to(sip::Transport::tcp, far(i)) != nullptr) == (i % 2 == 1));
}
