#include "almon/server/route_information.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace almon;
using namespace almon::server;

namespace {

const std::vector<stack::Listener> listeners{
    {sip::Transport::udp, *sip::Endpoint::parse("192.0.2.1:5060"), "192.0.2.1:5060"},
    {sip::Transport::tcp, *sip::Endpoint::parse("192.0.2.1:5060"), "192.0.2.1:5060"}};
const RouteSigner signer(base::HashKey{1, 2});

// What is read of a BYE in the call "c" between the tags f and t. P2 of RFC 3261's examples is one of our
// names.
struct Read {
    Read(std::string_view uri, const std::string& routes)
        : message(*sip::Message::parse(
              "BYE " + std::string(uri) +
              " SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=f\r\n"
              "To: <sip:c@d>;tag=t\r\nCall-ID: c\r\nCSeq: 1 BYE\r\n" +
              routes + "Content-Length: 0\r\n\r\n")) {
        auto settings = std::make_shared<Settings>();
        settings->domains = {"p2.example.com"};
        route = read_route(message, *sip::read_envelope(message), Domains(settings, listeners), signer);
    }
    std::string hops() const {
        std::string joined;
        for (const auto hop : route->hops) joined.append(hop).append(" ");
        return joined;
    }
    std::string_view target() const { return route->target.text(); }

    sip::Message message;
    sip::Result<RouteInformation> route{tl::unexpect, sip::Error{}};
};

std::string signed_value() {
    sip::Envelope envelope;
    envelope.call_id = sip::CallId("c");
    envelope.from_tag = sip::Tag("f");
    char buffer[256];
    base::Printer out{buffer};
    signer.print(listeners[0], envelope, {}, out);
    return std::string(out.view());
}

}  // namespace

TEST_CASE("without Route the Request-URI is the way") {
    const Read read("sip:u2@domain.com", "");
    CHECK(read.target() == "sip:u2@domain.com");
    CHECK(read.route->is_unchanged());
    CHECK(read.hops().empty());
    CHECK_FALSE(read.route->is_signed);
}

TEST_CASE("RFC 3261 §16.12.1.1: the topmost Route value that names us is taken off, the rest stays") {
    const Read read(
        "sip:callee@u2.domain.com",
        "Route: <sip:p2.example.com;lr>,<sip:p3.example.org;lr>\r\nRoute: <sip:p4.example.org>\r\n");
    CHECK(read.route->own_values == 1);
    CHECK(read.hops() == "<sip:p3.example.org;lr> <sip:p4.example.org> ");
    CHECK(read.target() == "sip:callee@u2.domain.com");
}

TEST_CASE("RFC 3261 §16.12.1.2: behind a strict router the last Route value is the target again") {
    const Read read("sip:p2.example.com;lr;ak=0",
                    "Route: <sip:p1.example.com;lr>\r\nRoute: <sip:caller@u1.example.com>\r\n");
    CHECK(read.route->from_strict_router);
    CHECK(read.target() == "sip:caller@u1.example.com");
    CHECK(read.hops() == "<sip:p1.example.com;lr> ");
}

TEST_CASE("behind a strict router a target of ours is not mistaken for a Route value of ours") {
    const Read read("sip:p2.example.com;lr;ak=0", "Route: <sip:bob@p2.example.com>\r\n");
    CHECK(read.target() == "sip:bob@p2.example.com");
    CHECK(read.route->own_values == 0);
    CHECK(read.hops().empty());
}

TEST_CASE("our name without the mark of our Record-Route is no strict router's doing") {
    const Read read("sip:p2.example.com;lr", "Route: <sip:p1.example.com;lr>\r\n");
    CHECK_FALSE(read.route->from_strict_router);
    CHECK(read.target() == "sip:p2.example.com;lr");
}

TEST_CASE("both values of a double Record-Route are taken off, and the last says where to leave") {
    const Read read("sip:bob@198.51.100.2",
                    "Route: <sip:192.0.2.1:5060;transport=tcp;lr>, <sip:192.0.2.1:5060;lr>\r\n");
    CHECK(read.route->own_values == 2);
    CHECK(read.hops().empty());
    CHECK(read.route->leave_from == *sip::Endpoint::parse("192.0.2.1:5060"));
}

TEST_CASE("a value of ours behind another's stays") {
    const Read read("sip:bob@example.org", "Route: <sip:p1.example.org;lr>, <sip:p2.example.com;lr>\r\n");
    CHECK(read.route->own_values == 0);
    CHECK(read.hops() == "<sip:p1.example.org;lr> <sip:p2.example.com;lr> ");
}

TEST_CASE("the signature counts in Route and in a Request-URI, and nowhere else") {
    const auto value = signed_value();
    CHECK(Read("sip:bob@198.51.100.2", "Route: " + value + "\r\n").route->is_signed);
    CHECK(Read(value.substr(1, value.size() - 2), "Route: <sip:bob@198.51.100.2>\r\n").route->is_signed);
    CHECK_FALSE(
        Read("sip:bob@198.51.100.2", "Route: <sip:p1.example.org;lr>, " + value + "\r\n").route->is_signed);
    CHECK_FALSE(Read("sip:bob@198.51.100.2", "Record-Route: " + value + "\r\n").route->is_signed);
    CHECK_FALSE(Read("sip:bob@198.51.100.2",
                     "Route: <sip:evil.example.org;lr" + value.substr(value.find(";ak=")) + "\r\n")
                    .route->is_signed);
}

TEST_CASE("an maddr is foreign unless it is one of our hosts") {
    CHECK_FALSE(Read("sip:bob@p2.example.com;maddr=192.0.2.1", "").route->has_foreign_maddr);
    CHECK_FALSE(Read("sip:bob@p2.example.com", "").route->has_foreign_maddr);
    CHECK(Read("sip:bob@p2.example.com;maddr=203.0.113.1", "").route->has_foreign_maddr);
    CHECK(Read("sip:bob@p2.example.com;maddr", "").route->has_foreign_maddr);
}

TEST_CASE("a Route that cannot be read is an error at its place") {
    const Read read("sip:bob@example.org", "Route: sip:p1.example.org;lr\r\n");
    REQUIRE_FALSE(read.route.has_value());
    CHECK(read.route.error().offset > 100);
}
