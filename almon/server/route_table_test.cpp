#include "almon/server/route_table.hpp"

#include <doctest/doctest.h>

using namespace almon;
using namespace almon::server;

namespace {

std::optional<Misfit> misfit_of(const RouteRule& rule, std::string_view target,
                                sip::Method method = sip::method::invite) {
    return misfit(rule, *sip::Uri::parse(target), method);
}

std::string filled(std::string user, std::string_view to, std::string_view target) {
    return filled_in({.user = std::move(user)}, to, *sip::Uri::parse(target));
}

}  // namespace

TEST_CASE("a rule fits by domain, user and method, and says which of them does not") {
    const RouteRule rule{.domain = "example.com", .user = "+49*", .methods = {"INVITE", "OPTIONS"}};
    CHECK_FALSE(misfit_of(rule, "sip:+4930@Example.COM"));
    CHECK_FALSE(misfit_of(rule, "sip:+49@example.com", sip::method::options));
    CHECK(misfit_of(rule, "sip:+4930@example.net") == Misfit::domain);
    CHECK(misfit_of(rule, "sip:+4830@example.com") == Misfit::user);
    CHECK(misfit_of(rule, "sip:example.com") == Misfit::user);
    CHECK(misfit_of(rule, "sip:+4930@example.com", sip::method::message) == Misfit::method);
    CHECK_FALSE(misfit_of({}, "sip:example.com", sip::method::message));
    CHECK(misfit_of({.user = "bob"}, "sip:bobby@example.com") == Misfit::user);
}

TEST_CASE("no rule is passed by with an escape or a dot at the end") {
    CHECK_FALSE(misfit_of({.user = "bob"}, "sip:%62ob@example.com"));
    CHECK_FALSE(misfit_of({.user = "0*"}, "sip:%30301@example.com"));
    CHECK_FALSE(misfit_of({.domain = "example.com"}, "sip:bob@example.com."));
}

TEST_CASE("ACK and CANCEL take the way of their INVITE") {
    const RouteRule rule{.methods = {"INVITE"}};
    CHECK_FALSE(misfit_of(rule, "sip:bob@example.com", sip::method::ack));
    CHECK_FALSE(misfit_of(rule, "sip:bob@example.com", sip::method::cancel));
    CHECK(misfit_of(rule, "sip:bob@example.com", sip::method::bye) == Misfit::method);
}

TEST_CASE("placeholders are filled in wherever they stand, and what was escaped stays so") {
    CHECK(filled("0*", "sip:+49{rest}@{domain};for={user}", "sip:0301@example.com") ==
          "sip:+49301@example.com;for=0301");
    CHECK(filled("", "sip:{rest}.{user}@gw", "sip:bob@example.com") == "sip:bob.bob@gw");
    CHECK(filled("0*", "sip:{rest}-{user}@gw", "sip:%30a%40b@example.com") == "sip:a%40b-%30a%40b@gw");
    CHECK(filled("bob", "sip:{rest}x@gw", "sip:bob@example.com") == "sip:x@gw");
}

TEST_CASE("a rule takes all of a later one when domain, user and methods are no narrower") {
    const auto takes = [](const RouteRule& earlier, const RouteRule& later) {
        return takes_all_of(earlier, later);
    };
    CHECK(takes({}, {}));
    CHECK(takes({}, {.domain = "example.com", .user = "bob", .methods = {"INVITE"}}));
    CHECK(takes({.user = "+4*"}, {.user = "+49*"}));
    CHECK(takes({.user = "+4*"}, {.user = "+49"}));
    CHECK(takes({.user = "*"}, {.user = ""}));
    CHECK(takes({.methods = {"INVITE", "MESSAGE"}}, {.methods = {"MESSAGE"}}));
    CHECK_FALSE(takes({.domain = "example.com"}, {}));
    CHECK_FALSE(takes({.domain = "example.com"}, {.domain = "example.net"}));
    CHECK_FALSE(takes({.user = "+49*"}, {.user = "+4*"}));
    CHECK_FALSE(takes({.user = "+49"}, {.user = "+49*"}));
    CHECK_FALSE(takes({.user = "bob"}, {}));
    CHECK_FALSE(takes({.methods = {"INVITE"}}, {}));
    CHECK_FALSE(takes({.methods = {"INVITE"}}, {.methods = {"INVITE", "MESSAGE"}}));
}
