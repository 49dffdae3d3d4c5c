// The flows of RFC 3665 that lead through proxies, with two of ours between Alice (atlanta) and Bob (biloxi).
#include "almon/server/test_exchange.hpp"
#include "almon/sip/headers/record_route.hpp"

using namespace almon;
using namespace almon::server;
using namespace std::chrono_literals;

namespace {

const auto atlanta_address = endpoint("192.0.2.1:5060");
const auto biloxi_address = endpoint("192.0.2.2:5060");
const std::string alices_contact = "Contact: <sip:alice@198.51.100.1>\r\n";
const std::string bobs_contact = "Contact: <sip:bob@198.51.100.2>\r\n";

struct Trapezoid {
    static SettingsSnapshot settings(const std::string& domain, bool challenges) {
        auto settings = std::make_shared<Settings>();
        settings->domains = {domain};
        settings->inbound = challenges ? Inbound::authenticated : Inbound::local_users;
        if (!challenges) settings->trusted = {*base::Network::parse("198.51.100.0/24")};
        return settings;
    }
    explicit Trapezoid(bool challenges = false)
        : atlanta(settings("atlanta.example.com", challenges), "192.0.2.1:5060"),
          biloxi(settings("example.com", challenges), "192.0.2.2:5060") {
        biloxi.bind("bob", "sip:bob@198.51.100.2", 1000, TestExchange::udp(bob, biloxi_address));
    }
    // Carries what the proxies have for each other until both are silent, and sets aside what is for the
    // phones.
    void settle() {
        while (carry(atlanta, biloxi) || carry(biloxi, atlanta)) {
        }
    }
    bool carry(TestExchange& from, TestExchange& to) {
        bool moved = false;
        for (auto& sent : from.all()) {
            if (sent.to == to.address()) {
                moved = true;
                to.hear(from.address(), sent.message.octets());
            } else {
                phones.push_back(std::move(sent));
            }
        }
        return moved;
    }
    void pass(base::Duration time) {
        atlanta.pass(time);
        biloxi.pass(time);
        settle();
    }
    template <class Kind>
    Sent next(const sip::Endpoint& to, Kind kind) {
        for (auto at = phones.begin(); at != phones.end(); ++at) {
            if (at->to != to || !at->is(kind)) continue;
            auto found = std::move(*at);
            phones.erase(at);
            return found;
        }
        FAIL("nothing of that kind was sent there");
        return {};
    }

    // Alice's phone sends to her proxy, which is her outbound proxy; Bob's answers to his.
    void from_alice(const Request& request) {
        atlanta.hear(alice, request);
        settle();
    }
    void from_bob(const Request& request) {
        biloxi.hear(bob, request);
        settle();
    }
    void answer(const Sent& request, std::uint16_t code, std::string_view fields = {}) {
        biloxi.answer(request, code, fields);
        settle();
    }
    static Request invite() {
        return {
            .uri = "sip:bob@example.com",
            .from = "<sip:alice@atlanta.example.com>;tag=9fxced76sl",
            .more = "Max-Forwards: 70\r\nRoute: <sip:192.0.2.1;lr>, <sip:192.0.2.2;lr>\r\n" + alices_contact};
    }
    // A request of Alice's within the dialog that this response has made.
    static Request in_dialog(const Sent& response, std::string method, std::string cseq) {
        std::string routes;
        for (const auto& value : response.message.all<sip::RecordRoute>())
            routes = "Route: " + std::string(value->text) + "\r\n" + routes;
        return {.method = method,
                .uri = "sip:bob@198.51.100.2",
                .from = response.field("From"),
                .to = response.field("To"),
                .branch = "z9hG4bK-" + method + cseq,
                .cseq = cseq,
                .more = "Max-Forwards: 70\r\n" + routes};
    }

    TestExchange atlanta, biloxi;
    std::vector<Sent> phones;
};

}  // namespace

TEST_CASE("RFC 3665 §3.2: a call through two proxies, both of which stay on its path") {
    Trapezoid world;
    world.from_alice(Trapezoid::invite());
    const auto invite = world.next(bob, "INVITE");
    CHECK(invite.message.count(sip::Via::name) == 3);
    CHECK(invite.message.count(sip::RecordRoute::name) == 2);
    CHECK(invite.field("Route").empty());
    CHECK(invite.field("Max-Forwards") == "68");
    world.answer(invite, 180, bobs_contact);
    CHECK(world.next(alice, 180).message.count(sip::Via::name) == 1);
    world.answer(invite, 200, bobs_contact);
    const auto ok = world.next(alice, 200);
    CHECK(ok.message.count(sip::RecordRoute::name) == 2);

    world.from_alice(Trapezoid::in_dialog(ok, "ACK", "1"));
    const auto ack = world.next(bob, "ACK");
    CHECK(ack.field("Route").empty());
    CHECK(ack.message.count(sip::Via::name) == 3);

    std::string routes;
    for (const auto& value : ok.message.all<sip::RecordRoute>())
        routes += "Route: " + std::string(value->text) + "\r\n";
    world.from_bob({.method = "BYE",
                    .uri = "sip:alice@198.51.100.1",
                    .from = ok.field("To"),
                    .to = ok.field("From"),
                    .branch = "z9hG4bK-bob",
                    .cseq = "231",
                    .sent_by = "198.51.100.2",
                    .more = "Max-Forwards: 70\r\n" + routes});
    const auto bye = world.next(alice, "BYE");
    CHECK(bye.field("Record-Route").empty());
    world.atlanta.answer(bye, 200);
    world.settle();
    CHECK(world.next(bob, 200).field("CSeq") == "231 BYE");
}

TEST_CASE("RFC 3665 §3.3: each proxy asks for its own credentials and takes no others away") {
    Trapezoid world(true);
    world.atlanta.site.subscribers.set("alice", "atlanta.example.com",
                                       sip::digest::Secret("alice", "atlanta.example.com", "one"));
    world.biloxi.site.subscribers.set("alice", "example.com",
                                      sip::digest::Secret("alice", "example.com", "two"));
    auto request = Trapezoid::invite();
    const auto fields = request.more;
    const auto nonce_after = [&](const std::string& more) {
        request.more = fields + more;
        request.branch += "x";
        request.cseq += "0";
        world.from_alice(request);
        const auto answer = world.next(alice, 407);
        return std::string(answer.message.get<sip::ProxyAuthenticate>()->nonce);
    };
    const auto atlantas = nonce_after("");
    const auto biloxis = nonce_after(credentials(request, "alice", "one", "atlanta.example.com", atlantas));
    request.branch += "y";
    request.more = fields +
                   credentials(request, "alice", "one", "atlanta.example.com", atlantas, "00000002") +
                   credentials(request, "alice", "two", "example.com", biloxis);
    world.from_alice(request);
    CHECK(world.next(bob, "INVITE").field("Proxy-Authorization").empty());
}

TEST_CASE("RFC 3665 §3.8: nobody answers, the caller hangs up") {
    Trapezoid world;
    world.from_alice(Trapezoid::invite());
    const auto invite = world.next(bob, "INVITE");
    world.answer(invite, 180, bobs_contact);
    auto cancel = Trapezoid::invite();
    cancel.method = "CANCEL";
    world.from_alice(cancel);
    CHECK(world.next(alice, 200).field("CSeq") == "1 CANCEL");
    world.answer(world.next(bob, "CANCEL"), 200);
    world.answer(invite, 487);
    CHECK(world.next(alice, 487).field("CSeq") == "1 INVITE");
    CHECK(world.next(bob, "ACK").field("CSeq") == "1 ACK");
}

TEST_CASE("RFC 3665 §3.9: busy") {
    Trapezoid world;
    world.from_alice(Trapezoid::invite());
    world.answer(world.next(bob, "INVITE"), 486);
    CHECK(world.next(alice, 486).field("To").ends_with("tag=b1"));
}

TEST_CASE("RFC 3665 §3.10: the phone does not respond") {
    Trapezoid world;
    world.from_alice(Trapezoid::invite());
    world.pass(33s);
    CHECK(world.next(alice, 408).field("CSeq") == "1 INVITE");
}

TEST_CASE("RFC 3665 §3.11: temporarily unavailable") {
    Trapezoid world;
    world.from_alice(Trapezoid::invite());
    const auto invite = world.next(bob, "INVITE");
    world.answer(invite, 180);
    world.answer(invite, 480);
    CHECK(world.next(alice, 480).message.count(sip::Via::name) == 1);
}
