#include "almon/server/targets.hpp"

#include "almon/server/test_exchange.hpp"

using namespace almon;
using namespace almon::server;

namespace {

struct Search {
    // Where a request to this URI goes; `fields`: Route and the like.
    Targets* operator->() { return &exchange.targets; }
    tl::expected<std::vector<Target>, NoTarget> find(const std::string& uri, const std::string& fields = {}) {
        Request request{.method = "MESSAGE", .uri = uri, .more = fields};
        message = *sip::Message::parse(request.text());
        const auto envelope = *sip::read_envelope(message);
        const base::Epochs::Turn turn(exchange.site.epochs, 0);
        return exchange.targets.find(*read_route(message, envelope, exchange.domains, exchange.site.signer),
                                     exchange.moment.now);
    }
    TestExchange exchange;
    sip::Message message;
};

sip::Flow connection(const sip::Endpoint& peer, std::uint32_t slot = 1) {
    return {sip::Transport::tcp, endpoint("192.0.2.1:5060"), peer, {slot, 1, 0}};
}

}  // namespace

TEST_CASE("a user's bindings are the targets, the highest q first and equal ones as registered") {
    Search search;
    search.exchange.bind("bob", "sip:bob@198.51.100.2", 500);
    search.exchange.bind("bob", "sip:bob@198.51.100.3", 1000);
    search.exchange.bind("bob", "sip:bob@198.51.100.4", 500);
    const auto found = search.find("sip:bob@example.com");
    REQUIRE(found.has_value());
    REQUIRE(found->size() == 3);
    CHECK(found->at(0).request_uri == "sip:bob@198.51.100.3");
    CHECK(found->at(1).request_uri == "sip:bob@198.51.100.2");
    CHECK(found->at(2).flow.peer == bobs_car);
}

TEST_CASE("the Request-URI is the contact, without what may not stand there (§19.1.5)") {
    Search search;
    search.exchange.bind("bob", "sip:bob@198.51.100.2;method=INVITE;x=%41?Subject=hi&Route=%3Csip:evil%3E");
    CHECK(search.find("sip:bob@example.com")->front().request_uri == "sip:bob@198.51.100.2;x=%41");
}

TEST_CASE("expired bindings, other schemes and places that cannot be reached are no targets") {
    Search search;
    for (const auto* contact : {"mailto:bob@example.com", "sip:bob@phone.example.org",
                                "sip:bob@255.255.255.255", "sip:bob@224.0.0.1", "sip:bob@0.0.0.0"})
        search.exchange.bind("bob", contact);
    auto found = search.find("sip:bob@example.com");
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().status == sip::status::temporarily_unavailable);
    search.exchange.bind("bob", "sip:bob@198.51.100.2");
    CHECK(search.find("sip:bob@example.com")->size() == 1);
    search.exchange.pass(std::chrono::hours(2));
    CHECK(search.find("sip:bob@example.com").error().status == sip::status::temporarily_unavailable);
}

TEST_CASE("an account without bindings is unavailable, nobody is not found") {
    Search search;
    search.exchange.add_user("carol", "secret");
    CHECK(search.find("sip:carol@example.com").error().status == sip::status::temporarily_unavailable);
    CHECK(search.find("sip:%63arol@192.0.2.1").error().status == sip::status::temporarily_unavailable);
    CHECK(search.find("sip:dave@example.com").error().status == sip::status::not_found);
}

TEST_CASE("the same place is a target once (§16.5)") {
    Search search;
    search.exchange.bind("bob", "sip:bob@198.51.100.2");
    search.exchange.bind("bob", "sip:bob@198.51.100.2");
    CHECK(search.find("sip:bob@example.com")->size() == 1);
}

TEST_CASE("a stream's connection is used again, and the contact when it is gone") {
    Search search;
    search.exchange.bind("bob", "sip:bob@198.51.100.2;transport=tcp", 1000,
                         connection(endpoint("198.51.100.9:40000")));
    const auto found = *search.find("sip:bob@example.com");
    REQUIRE(found.size() == 1);
    CHECK(found[0].flow == connection(endpoint("198.51.100.9:40000")));
    REQUIRE(found[0].else_by);
    CHECK(found[0].else_by->peer == bob);
}

TEST_CASE("a browser is called by its connection as long as that is open, and by nothing else (RFC 7118)") {
    Search search;
    const auto browser = connection(endpoint("198.51.100.9:40001"), 2);
    search.exchange.bind("bob", "sip:x1@k3l2.invalid;transport=ws", 500, browser);
    CHECK(search.find("sip:bob@example.com").error().status == sip::status::temporarily_unavailable);
    {
        const base::Epochs::Turn turn(search.exchange.site.epochs, 0);
        search.exchange.site.connections.opened(browser);
    }
    const auto found = *search.find("sip:bob@example.com");
    REQUIRE(found.size() == 1);
    CHECK(found[0].flow == browser);
    CHECK_FALSE(found[0].else_by);
}

TEST_CASE("a Path leads to its first hop, not to the contact") {
    Search search;
    search.exchange.bind("bob", "sip:bob@10.0.0.1", 1000, connection(endpoint("198.51.100.9:40000")),
                         "<sip:198.51.100.7;lr>,<sip:10.0.0.254;lr>");
    const auto found = *search.find("sip:bob@example.com");
    CHECK(found.front().flow.peer == endpoint("198.51.100.7:5060"));
    CHECK_FALSE(found.front().flow.connection);
    CHECK(found.front().path == "<sip:198.51.100.7;lr>,<sip:10.0.0.254;lr>");
}

TEST_CASE("a foreign place is reached when it is an address, by the first hop of its Route") {
    Search search;
    CHECK(search.find("sip:x@203.0.113.5:5070;transport=tcp")->front().flow ==
          sip::Flow{sip::Transport::tcp, {}, endpoint("203.0.113.5:5070"), {}});
    CHECK(search.find("sip:x@example.org", "Route: <sip:203.0.113.5;lr>\r\n")->front().flow.peer ==
          endpoint("203.0.113.5:5060"));
    CHECK(search.find("sip:x@example.com;maddr=203.0.113.5")->front().flow.peer ==
          endpoint("203.0.113.5:5060"));
}

TEST_CASE("a name that is not ours is refused with the reason, a broadcast address too") {
    Search search;
    const auto name = search.find("sip:x@example.org");
    CHECK(name.error().status == sip::status::bad_gateway);
    CHECK(name.error().warning == "host names are not looked up yet, only IP addresses are reached");
    CHECK(search.find("sip:x@255.255.255.255").error().status == sip::status::bad_gateway);
    CHECK(search.find("sip:x@192.0.2.7;transport=sctp").error().status == sip::status::bad_gateway);
}

TEST_CASE("an maddr of ours goes, and its transport with it (§16.4)") {
    Search search;
    const auto found = search.find("sip:x@203.0.113.5;maddr=192.0.2.1;transport=tcp;keep=1");
    REQUIRE(found.has_value());
    CHECK(found->front().request_uri == "sip:x@203.0.113.5;keep=1");
}
