#include "almon/stack/flow_tokens.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace almon;
using namespace almon::stack;

namespace {

sip::Endpoint endpoint(std::string_view text) {
    return *sip::Endpoint::parse(text);
}

const std::vector<Listener> listeners{
    {sip::Transport::udp, endpoint("192.0.2.1:5060"), "192.0.2.1:5060"},
    {sip::Transport::tcp, endpoint("192.0.2.1:5060"), "192.0.2.1:5060"},
    {sip::Transport::udp, endpoint("[2001:db8::1]:5060"), "[2001:db8::1]:5060"},
};
const FlowTokens tokens(listeners, {1, 2});

std::string word(const sip::Flow& flow, const FlowTokens& by = tokens) {
    char buffer[128];
    base::Printer out{buffer};
    by.print(flow, out);
    return std::string(out.view());
}

sip::Flow flow(std::size_t listener, std::string_view peer, sip::ConnectionId connection = {}) {
    return {listeners[listener].transport, listeners[listener].local, endpoint(peer), connection};
}

}  // namespace

TEST_CASE("a flow comes back from its word") {
    for (const auto& one : {flow(0, "203.0.113.9:40000"), flow(2, "[2001:db8::9]:1"),
                            flow(1, "203.0.113.9:65535", {7, 0xfffffffe, 3})}) {
        CHECK(tokens.read(word(one)) == one);
        CHECK(word(one).find_first_not_of("0123456789abcdef") == std::string::npos);
    }
    CHECK(word(flow(0, "203.0.113.9:40000")).size() == 16);
}

TEST_CASE("a connection of an earlier process is none, and its peer stays") {
    const auto one = flow(1, "203.0.113.9:40000", {7, 1, 0});
    const FlowTokens after_restart(listeners, {1, 3});
    CHECK(after_restart.read(word(one)) == flow(1, "203.0.113.9:40000"));
}

TEST_CASE("what is no word of ours is no flow") {
    const auto good = word(flow(1, "203.0.113.9:40000", {7, 1, 0}));
    for (std::size_t size = 0; size < good.size(); ++size)
        if (size != 16) CHECK_FALSE(tokens.read(good.substr(0, size)).has_value());
    CHECK_FALSE(tokens.read(good + "00").has_value());
    CHECK_FALSE(tokens.read("zz" + good.substr(2)).has_value());
    CHECK_FALSE(tokens.read("00" + good.substr(2)).has_value());    // another transport than the listener's
    CHECK_FALSE(tokens.read("0103" + good.substr(4)).has_value());  // no such listener
}

TEST_CASE("a flow of no listener has no word") {
    auto strange = flow(0, "203.0.113.9:40000");
    strange.local.port = 5999;
    CHECK(word(strange).empty());
}
