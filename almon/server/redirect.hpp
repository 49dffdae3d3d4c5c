// The redirect server (RFC 3261 §8.3): tells a caller where else to call, and is out of the way.
#pragma once

#include "almon/server/route_table.hpp"
#include "almon/server/settings.hpp"
#include "almon/server/targets.hpp"
#include "almon/stack/stack.hpp"

namespace almon::server {

class Redirect {
 public:
    // All must outlive it.
    Redirect(stack::Stack& stack, const Targets& targets) : stack_(stack), targets_(targets) {}

    // Answers with the rule's status and a Contact for each of its targets, or for each binding of the user,
    // the highest q first, with what is left of their time. The return value says why there is none.
    [[nodiscard]] std::optional<NoTarget> answer(const stack::Arrival& arrival, const RouteInformation& route,
                                                 const RouteRule& rule);

 private:
    stack::Stack& stack_;
    const Targets& targets_;
};

}  // namespace almon::server
