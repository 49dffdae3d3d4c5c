#include "almon/server/connection_table.hpp"

#include <doctest/doctest.h>

using namespace almon;
using namespace almon::server;

namespace {

const auto phone = base::Endpoint::parse("192.0.2.7:40000").value();
const auto listener = base::Endpoint::parse("192.0.2.1:5060").value();

sip::Flow flow(std::uint16_t shard, std::uint32_t slot, sip::Endpoint peer = phone) {
    return {sip::Transport::tcp, listener, peer, {slot, 1, shard}};
}

struct Shards {
    base::Epochs epochs{4};
    ConnectionTable connections{epochs, {1, 2}, 4};
    base::Epochs::Turn turn{epochs, 0};
};

}  // namespace

TEST_CASE("a connection that one shard has is found by all") {
    Shards shards;
    CHECK_FALSE(shards.connections.find(sip::Transport::tcp, phone));
    shards.connections.opened(flow(3, 7));
    CHECK(shards.connections.find(sip::Transport::tcp, phone) == flow(3, 7).connection);
}

TEST_CASE("a connection leads to one address, one port, by one transport") {
    Shards shards;
    shards.connections.opened(flow(0, 1));
    for (const auto* other : {"192.0.2.7:40001", "192.0.2.8:40000", "[c000:207::]:40000"})
        CHECK_FALSE(shards.connections.find(sip::Transport::tcp, base::Endpoint::parse(other).value()));
    CHECK_FALSE(shards.connections.find(sip::Transport::tls, phone));
}

TEST_CASE("a connection that was closed is found no more") {
    Shards shards;
    shards.connections.opened(flow(1, 1));
    shards.connections.closed(flow(1, 1));
    CHECK_FALSE(shards.connections.find(sip::Transport::tcp, phone));
    shards.connections.closed(flow(1, 1));
}

TEST_CASE("the end of an old connection leaves a newer one to the same peer findable") {
    Shards shards;
    shards.connections.opened(flow(2, 1));
    shards.connections.opened(flow(2, 5));
    shards.connections.closed(flow(2, 1));
    CHECK(shards.connections.find(sip::Transport::tcp, phone) == flow(2, 5).connection);
}

TEST_CASE("the end of one shard's connection leaves another shard's to the same peer findable") {
    Shards shards;
    shards.connections.opened(flow(0, 1));
    shards.connections.opened(flow(2, 1));
    shards.connections.closed(flow(0, 1));
    CHECK(shards.connections.find(sip::Transport::tcp, phone) == flow(2, 1).connection);
}
