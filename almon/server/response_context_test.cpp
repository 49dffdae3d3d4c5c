#include "almon/server/response_context.hpp"

#include <doctest/doctest.h>

using namespace almon;
using namespace almon::server;

namespace {

ResponseContext with_targets(std::initializer_list<std::uint16_t> qs) {
    ResponseContext context;
    for (const auto q : qs) context.targets.push_back({.request_uri = {}, .path = {}, .q = q});
    return context;
}

}  // namespace

TEST_CASE("Max-Breadth is shared evenly and never given out twice (RFC 5393 §5.3.3.1)") {
    for (const std::uint32_t breadth : {1U, 2U, 7U, 60U})
        for (std::size_t branches = 1; branches <= 32; ++branches) {
            std::uint32_t left = breadth;
            std::size_t started = 0;
            for (auto starting = branches; starting > 0; --starting) {
                const auto share = breadth_share(left, starting);
                if (share == 0) break;
                left -= share;
                ++started;
            }
            CHECK(left == 0);
            CHECK(started == std::min<std::size_t>(branches, breadth));
        }
    CHECK(breadth_share(0, 3) == 0);
    CHECK(breadth_share(3, 0) == 0);
}

TEST_CASE("the waiting targets with the highest q are one group") {
    auto context = with_targets({1000, 1000, 500});
    CHECK(context.group_size() == 2);
    context.next_target = 2;
    CHECK(context.group_size() == 1);
    context.next_target = 3;
    CHECK(context.group_size() == 0);
    CHECK_FALSE(context.has_waiting_targets());
}

TEST_CASE("the next group waits until no branch is left, the rest of a group does not") {
    auto context = with_targets({1000, 1000, 500});
    context.branches = {1, 1};
    context.next_target = 1;
    CHECK(context.may_start_next_target());
    context.next_target = 2;
    CHECK_FALSE(context.may_start_next_target());
    context.branches = {};
    CHECK(context.may_start_next_target());
    context.drop_waiting_targets();
    CHECK_FALSE(context.may_start_next_target());
}

TEST_CASE("an answered context hands back its request and keeps nothing for further branches") {
    auto context = with_targets({1000, 500});
    context.request = std::make_unique<sip::Message>();
    context.best_response().offer(sip::status::busy_here);
    CHECK(context.forget() != nullptr);
    CHECK(context.request == nullptr);
    CHECK(context.best == nullptr);
    CHECK_FALSE(context.has_waiting_targets());
}
