#include "almon/server/destination.hpp"

#include <doctest/doctest.h>

using namespace almon;
using namespace almon::server;

namespace {

struct Place {
    Domains domains{std::make_shared<Settings>(Settings{.domains = {"example.com"}}), listeners};
    std::vector<stack::Listener> listeners{
        {sip::Transport::udp, *sip::Endpoint::parse("192.0.2.1:5060"), "192.0.2.1:5060"}};

    static RouteInformation to(std::string_view uri) {
        RouteInformation route;
        route.target = *sip::Uri::parse(uri);
        return route;
    }
    Destination of(const RouteInformation& route, const RouteRule* rule = nullptr) const {
        return destination_of(route, domains, rule);
    }
};

}  // namespace

TEST_CASE("a user of ours is reached without a hop of somebody else's in between") {
    const Place place;
    CHECK(place.of(Place::to("sip:bob@example.com")) == Destination::own_user);
    CHECK(place.of(Place::to("sip:bob@192.0.2.1")) == Destination::own_user);
    CHECK(place.of(Place::to("sip:bob@example.net")) == Destination::foreign);
    auto by_another = Place::to("sip:bob@example.com");
    by_another.hops.emplace_back("<sip:198.51.100.1;lr>");
    CHECK(place.of(by_another) == Destination::foreign);
    auto elsewhere = Place::to("sip:bob@example.com");
    elsewhere.has_foreign_maddr = true;
    CHECK(place.of(elsewhere) == Destination::foreign);
}

TEST_CASE("a rule leads beyond us when it passes the request on to places of its own") {
    const Place place;
    const auto route = Place::to("sip:bob@example.com");
    for (const auto role : {ServerRole::proxy, ServerRole::stateless}) {
        const RouteRule to_bindings{.role = role}, to_gateway{.role = role, .to = {"sip:203.0.113.5"}};
        CHECK(place.of(route, &to_bindings) == Destination::own_user);
        CHECK(place.of(route, &to_gateway) == Destination::foreign);
    }
    const RouteRule redirect{.role = ServerRole::redirect, .to = {"sip:203.0.113.5"}};
    CHECK(place.of(route, &redirect) == Destination::own_user);
}

TEST_CASE("the server itself is for REGISTERs, and for what names none of its users") {
    const Place place;
    const auto is_for_server = [&](sip::Method method, std::string_view uri) {
        return server::is_for_server(method, Place::to(uri), place.domains);
    };
    CHECK(is_for_server(sip::method::register_, "sip:example.com"));
    CHECK(is_for_server(sip::method::register_, "sip:bob@example.com"));
    CHECK(is_for_server(sip::method::options, "sip:example.com"));
    CHECK_FALSE(is_for_server(sip::method::options, "sip:bob@example.com"));
    CHECK_FALSE(is_for_server(sip::method::register_, "sip:example.net"));
}

TEST_CASE("rules are asked about what begins here, and not within a dialog") {
    const Place place;
    auto route = Place::to("sip:bob@example.com");
    CHECK(obeys_rules(route, place.domains));
    CHECK_FALSE(obeys_rules(Place::to("sip:bob@example.net"), place.domains));
    route.is_signed = true;
    CHECK_FALSE(obeys_rules(route, place.domains));
}

TEST_CASE("who writes one of our domains into From, or nobody's, claims to be one of us") {
    const Place place;
    const auto claims = [&](std::string_view from) {
        return claims_own(*sip::Uri::parse(from), place.domains);
    };
    CHECK(claims("sip:alice@example.com"));
    CHECK(claims("sip:alice@192.0.2.1:7000"));
    CHECK(claims("sip:anonymous@Anonymous.invalid"));
    CHECK_FALSE(claims("sip:alice@example.net"));
    CHECK_FALSE(claims("tel:+4930"));
}
