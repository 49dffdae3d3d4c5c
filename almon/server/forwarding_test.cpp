#include "almon/server/forwarding.hpp"

#include "almon/server/test_exchange.hpp"

using namespace almon;
using namespace almon::server;

namespace {

// The copy of a request that leaves for a target, as it is written out.
struct Copy {
    Copy(const Request& request, const Target& target, std::uint32_t breadth = 0,
         const stack::Listener* came_by = nullptr, const stack::Listener* leaves_by = nullptr) {
        const auto message = *sip::Message::parse(request.text());
        const auto envelope = *sip::read_envelope(message);
        const auto route = *read_route(message, envelope, exchange.domains, exchange.site.signer);
        sip::Edits edits;
        edit_for_target({message, envelope, route, target, breadth, came_by, leaves_by}, exchange.domains,
                        exchange.site.signer, edits);
        char buffer[4096];
        base::Printer out{buffer};
        edits.write(message, out);
        sent.message = *sip::Message::parse(out.view());
    }
    std::string field(std::string_view name) const { return sent.field(name); }

    TestExchange exchange;
    Sent sent;
};

Target to(std::string uri, std::string path = {}) {
    return {.request_uri = std::move(uri), .path = std::move(path)};
}

const stack::Listener udp{sip::Transport::udp, endpoint("192.0.2.1:5060"), "192.0.2.1:5060"};
const stack::Listener tcp{sip::Transport::tcp, endpoint("192.0.2.1:5070"), "192.0.2.1:5070"};

}  // namespace

TEST_CASE("the Request-URI is the target's, Max-Forwards counts down, all else stays as it was") {
    const Copy copy({.more = "Max-Forwards: 7\r\nX-Odd :  kept \r\n", .body = "v=0"},
                    to("sip:bob@198.51.100.2"));
    CHECK(copy.sent.start() == "INVITE sip:bob@198.51.100.2 SIP/2.0");
    CHECK(copy.field("Max-Forwards") == "6");
    CHECK(copy.field("X-Odd") == "kept");
    CHECK(copy.sent.message.body() == "v=0");
    CHECK(copy.field("Record-Route").empty());
    CHECK(copy.field("Max-Breadth").empty());
}

TEST_CASE("a request without Max-Forwards gets 70, and Max-Breadth is set to the branch's share") {
    const Copy copy({.more = ""}, to("sip:bob@198.51.100.2"), 20);
    CHECK(copy.field("Max-Forwards") == "70");
    CHECK(copy.field("Max-Breadth") == "20");
    CHECK(Copy({.more = "Max-Breadth: 9\r\n"}, to("sip:x@y"), 4).field("Max-Breadth") == "4");
}

TEST_CASE("one Record-Route stands above the others, two where the sides differ (RFC 5658)") {
    const Request request{.more = "Record-Route: <sip:p1.example.org;lr>\r\n"};
    const auto one = Copy(request, to("sip:x@y"), 0, &udp, &udp).field("Record-Route");
    CHECK(one.starts_with("<sip:192.0.2.1:5060;lr;ak="));
    CHECK(one.ends_with(" | <sip:p1.example.org;lr>"));
    const auto two = Copy(request, to("sip:x@y"), 0, &udp, &tcp).field("Record-Route");
    CHECK(two.starts_with("<sip:192.0.2.1:5070;lr;transport=tcp;ak="));
    CHECK(two.find(" | <sip:192.0.2.1:5060;lr;ak=") != std::string::npos);
}

TEST_CASE("a method that makes no dialog is not kept on our path") {
    CHECK(Copy({.method = "MESSAGE"}, to("sip:x@y"), 0, &udp, &udp).field("Record-Route").empty());
    CHECK_FALSE(Copy({.method = "FUTURE"}, to("sip:x@y"), 0, &udp, &udp).field("Record-Route").empty());
}

TEST_CASE("our Route value goes, those behind it stay as they are") {
    const Copy copy(
        {.more = "Route: <sip:192.0.2.1;lr>, <sip:p2.example.org;lr>\r\nRoute: <sip:p3.example.org;lr>\r\n"},
        to("sip:bob@example.com"));
    CHECK(copy.field("Route") == "<sip:p2.example.org;lr> | <sip:p3.example.org;lr>");
}

TEST_CASE("RFC 3261 §16.12.1.2: before a strict router the target moves behind the Route values") {
    const Copy copy({.method = "BYE",
                     .uri = "sip:caller@u1.example.org",
                     .more = "Route: <sip:192.0.2.1;lr>\r\nRoute: <sip:p3.middle.com>\r\n"
                             "Route: <sip:p2.example.org;lr>\r\nRoute: <sip:p1.example.org;lr>\r\n"},
                    to("sip:caller@u1.example.org"));
    CHECK(copy.sent.start() == "BYE sip:p3.middle.com SIP/2.0");
    CHECK(copy.field("Route") ==
          "<sip:p2.example.org;lr>, <sip:p1.example.org;lr>, <sip:caller@u1.example.org>");
}

TEST_CASE("RFC 3261 §16.12.1.2: behind a strict router the Route loses the target, and P1 comes next") {
    const Copy copy({.method = "BYE",
                     .uri = "sip:p2.example.com;lr;ak=0",
                     .more = "Route: <sip:p1.example.org;lr>\r\nRoute: <sip:caller@u1.example.org>\r\n"},
                    to("sip:caller@u1.example.org"));
    CHECK(copy.sent.start() == "BYE sip:caller@u1.example.org SIP/2.0");
    CHECK(copy.field("Route") == "<sip:p1.example.org;lr>");
}

TEST_CASE("the Path of a binding goes before the Route of the request (RFC 3327 §5.3)") {
    const Copy copy({.more = "Route: <sip:192.0.2.1;lr>\r\n"},
                    to("sip:bob@10.0.0.1", "<sip:edge.example.org;lr>,<sip:inner.example.org;lr>"));
    CHECK(copy.field("Route") == "<sip:edge.example.org;lr>, <sip:inner.example.org;lr>");
    CHECK(copy.sent.start() == "INVITE sip:bob@10.0.0.1 SIP/2.0");
}

TEST_CASE("a strict first Path hop is served its way") {
    const Copy copy({}, to("sip:bob@10.0.0.1", "<sip:edge.example.org>,<sip:inner.example.org;lr>"));
    CHECK(copy.sent.start() == "INVITE sip:edge.example.org SIP/2.0");
    CHECK(copy.field("Route") == "<sip:inner.example.org;lr>, <sip:bob@10.0.0.1>");
}

TEST_CASE("credentials for our realm end here, those for others go on") {
    const auto credentials = [](std::string_view realm) {
        return "Proxy-Authorization: Digest username=\"a\", realm=\"" + std::string(realm) +
               "\", nonce=\"n\", uri=\"sip:x\", response=\"00000000000000000000000000000000\"\r\n";
    };
    CHECK(Copy({.more = credentials("example.com")}, to("sip:x@y")).field("Proxy-Authorization").empty());
    const auto mixed = Copy({.more = credentials("example.com") + credentials("example.org")}, to("sip:x@y"));
    CHECK(mixed.field("Proxy-Authorization").find("example.org") != std::string::npos);
    CHECK(mixed.field("Proxy-Authorization").find("example.com") == std::string::npos);
    CHECK_FALSE(Copy({.more = "Proxy-Authorization: Other x\r\n"}, to("sip:x@y"))
                    .field("Proxy-Authorization")
                    .empty());
}
