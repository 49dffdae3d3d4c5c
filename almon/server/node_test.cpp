#include "almon/server/node.hpp"

#include "almon/server/test_exchange.hpp"

using namespace almon;
using namespace almon::server;
using namespace std::chrono_literals;

namespace {

const sip::Endpoint our_address = endpoint("192.0.2.1:5060");
constexpr auto bobs_aor = "sip:bob@example.com";
constexpr std::uint16_t shards_of_two[] = {0, 1};

using Policy = std::shared_ptr<Settings>;

Policy usual_policy() {
    auto policy = TestExchange::usual_settings();
    policy->domains = {"example.com"};
    return policy;
}
// Nobody is let in without a password.
Policy strict_policy() {
    auto policy = usual_policy();
    policy->trusted.clear();
    return policy;
}

struct Datagram {
    sip::Endpoint from;
    std::string_view bytes;
};

// The shards of one site, driven as a host does it: what one hands over another gets, and what is to be
// made durable waits until the test says how that went.
class Server {
 public:
    explicit Server(std::uint16_t shards = 1, const Policy& policy = usual_policy(),
                    Durability durability = Durability::commit)
        : site({.tables = {1, 2}, .routes = {3, 4}}, shards) {
        for (std::uint16_t shard = 0; shard < shards; ++shard) {
            const std::array<std::byte, 32> seed{static_cast<std::byte>(shard)};
            stack::Settings settings{.shard = shard, .shards = shards};
            for (const auto transport : {sip::Transport::udp, sip::Transport::tcp})
                settings.listeners.push_back({transport, our_address, base::printed(our_address)});
            nodes.push_back(std::make_unique<Node>(site, std::move(settings), policy, durability, seed,
                                                   moment.now, base::Log()));
        }
    }
    Node& node(std::size_t shard = 0) { return *nodes[shard]; }

    // --- What happens to it.
    void hear(const sip::Endpoint& from, std::string_view text, std::size_t shard = 0) {
        const Datagram datagram{from, text};
        node(shard).datagrams({sip::Transport::udp, our_address, {}, {}},
                              std::span<const Datagram>(&datagram, 1), moment);
        collect();
    }
    void hear(const sip::Endpoint& from, const Request& request, std::size_t shard = 0) {
        hear(from, request.text(), shard);
    }
    void answer(const Sent& request, std::uint16_t code, std::size_t shard = 0) {
        std::array<char, 8192> buffer;
        base::Printer out{buffer};
        sip::write_reply(request.message,
                         {.status = sip::Status(code), .to_tag = sip::Tag("b1"), .keep_record_route = true},
                         out);
        hear(request.to, out.view(), shard);
    }
    void committed(std::size_t commit, bool durable = true) {
        const auto owner = site.location.owner(commits.at(commit).key);
        node(owner).committed(commits[commit].ticket, durable, moment);
        collect();
    }
    void pass(base::Duration time) {
        moment.now += time;
        moment.wall += std::chrono::duration_cast<std::chrono::milliseconds>(time);
        for (auto& one : nodes) one->advance(moment);
        collect();
    }
    void collect() {
        for (bool is_more = true; std::exchange(is_more, false);)
            for (auto& one : nodes) {
                is_more |= !one->outbox().empty();
                empty(*one);
            }
    }
    // Registers a phone, at the place where it is or at these contacts.
    void bind(const std::string& user, const sip::Endpoint& phone, std::string contacts = {}) {
        if (contacts.empty()) contacts = "<sip:" + user + "@" + base::printed(phone) + ">";
        hear(phone, {.method = "REGISTER",
                     .uri = "sip:example.com",
                     .from = "<sip:" + user + "@example.com>;tag=r",
                     .to = "<sip:" + user + "@example.com>",
                     .call_id = "register-" + user,
                     .branch = "z9hG4bK-register-" + user,
                     .sent_by = base::printed(phone),
                     .more = "Max-Forwards: 70\r\nContact: " + contacts + "\r\n"});
        committed(commits.size() - 1);
        next(phone, 200);
    }
    void add_user(std::string_view user, std::string_view password) {
        site.subscribers.set(user, "example.com", sip::digest::Secret(user, "example.com", password));
    }

    // --- What it has sent.
    template <class Kind>
    Sent next(const sip::Endpoint& to, Kind kind) {
        const auto found =
            std::ranges::find_if(sent, [&](const auto& one) { return one.to == to && one.is(kind); });
        REQUIRE_MESSAGE(found != sent.end(), "nothing of that kind was sent there");
        auto taken = std::move(*found);
        sent.erase(sent.begin(), found + 1);
        return taken;
    }
    template <class Kind>
    auto count(const sip::Endpoint& to, Kind kind) const {
        return std::ranges::count_if(sent, [&](const auto& one) { return one.to == to && one.is(kind); });
    }
    auto count_to(const sip::Endpoint& to) const {
        return std::ranges::count_if(sent, [&](const auto& one) { return one.to == to; });
    }
    // The status of the last response to that place; 0: none.
    int status_to(const sip::Endpoint& to) const {
        int status = 0;
        for (const auto& one : sent)
            if (one.to == to && one.message.is_response()) status = one.message.status().code();
        return status;
    }

    base::Moment moment{base::Instant(1h), base::WallTime(1'800'000'000s)};
    Site site;
    std::vector<std::unique_ptr<Node>> nodes;
    std::vector<Commit> commits;
    std::deque<Sent> sent;
    sip::Flow last_flow;
    stack::ClientHandle last_origin;

 private:
    void empty(Node& one) {
        const auto outbox = std::exchange(one.outbox(), {});
        for (auto& commit : std::exchange(one.commits(), {})) commits.push_back(std::move(commit));
        for (const auto& packet : outbox.packets()) {
            sent.push_back({packet.flow.peer, packet.flow.transport,
                            sip::Message::parse(outbox.octets(packet)).value()});
            last_flow = packet.flow;
            last_origin = packet.origin;
        }
        for (const auto& message : outbox.handed_over())
            node(message.shard).handed_over(message.flow, outbox.octets(message), moment);
    }
};

// A request in the dialog that this 200 has made.
Request in_dialog(const std::string& method, const Sent& ok, const std::string& cseq = "2") {
    return {.method = method,
            .uri = "sip:bob@198.51.100.2:5060",
            .to = "<sip:bob@example.com>;tag=b1",
            .call_id = ok.field("Call-ID"),
            .branch = "z9hG4bK-alice-" + method,
            .cseq = cseq,
            .more = "Max-Forwards: 70\r\nRoute: " + ok.field("Record-Route") + "\r\n"};
}

// Alice's call, answered by Bob; gives the 200 that she got.
Sent talk(Server& server, const Request& invite = {}) {
    server.hear(alice, invite);
    server.answer(server.next(bob, "INVITE"), 200);
    return server.next(alice, 200);
}

Request call_number(int number) {
    const auto text = std::to_string(number);
    return {.call_id = "call-" + text, .branch = "z9hG4bK-call-" + text};
}
// A call that this one of two shards owns.
Request call_of(const Server& server, std::uint16_t shard) {
    for (int number = 0;; ++number) {
        const auto call = call_number(number);
        if (sip::owner_of_call(server.site.keys.tables, call.call_id) % server.site.shards == shard)
            return call;
    }
}

}  // namespace

// --- Registrations.

TEST_CASE("a REGISTER with digest becomes a commit, and its 200 leaves when the store has it") {
    Server server(1, strict_policy());
    server.add_user("bob", "builder");
    Request request{.method = "REGISTER",
                    .uri = "sip:example.com",
                    .from = "<sip:bob@example.com>;tag=r",
                    .sent_by = "198.51.100.2:5060",
                    .more = "Contact: <sip:bob@198.51.100.2>\r\n"};
    server.hear(bob, request);
    const auto refusal = server.next(bob, 401);
    CHECK(server.commits.empty());
    const std::string nonce(refusal.message.get<sip::WwwAuthenticate>()->nonce);
    constexpr auto proxy = std::string_view("Proxy-").size();
    request.more += credentials(request, "bob", "builder", "example.com", nonce).substr(proxy);
    request.branch += "-again";
    request.cseq = "2";
    server.hear(bob, request);
    CHECK(server.count_to(bob) == 0);
    CHECK_FALSE(server.node().is_idle());
    CHECK(server.site.location.bindings() == 0);
    REQUIRE(server.commits.size() == 1);
    CHECK(server.commits[0].key == bobs_aor);
    CHECK(server.commits[0].record);
    server.committed(0);
    CHECK(server.next(bob, 200).field("Contact") == "<sip:bob@198.51.100.2>;expires=3600");
    CHECK(server.node().is_idle());
    CHECK(server.site.location.bindings() == 1);
}

TEST_CASE("a commit that fails binds nothing, and the phone is told to come back") {
    Server server;
    server.hear(bob,
                Request{.method = "REGISTER", .uri = "sip:example.com", .more = "Contact: <sip:bob@h>\r\n"});
    server.committed(0, false);
    CHECK_FALSE(server.next(bob, 503).field("Retry-After").empty());
    CHECK(server.site.location.bindings() == 0);
    CHECK(server.node().is_idle());
}

TEST_CASE("without durability nothing is committed and nobody waits") {
    Server server(1, usual_policy(), Durability::memory);
    server.hear(bob,
                Request{.method = "REGISTER", .uri = "sip:example.com", .more = "Contact: <sip:bob@h>\r\n"});
    CHECK(server.status_to(bob) == 200);
    CHECK(server.commits.empty());
    CHECK(server.node().is_idle());
}

TEST_CASE("a binding goes at its time, which is when the node wants to be woken, and leaves the store") {
    Server server;
    server.bind("bob", bob);
    server.pass(64s);  // the transaction of the REGISTER is over
    CHECK(server.node().deadline() <= server.moment.now + 3'536s);
    server.pass(3'537s);
    CHECK(server.site.location.bindings() == 0);
    REQUIRE(server.commits.size() == 2);
    CHECK(server.commits[1].key == bobs_aor);
    CHECK_FALSE(server.commits[1].record);
    CHECK(server.commits[1].ticket == 0);
    CHECK_FALSE(server.node().deadline());
}

TEST_CASE("what a store has kept is bound again before the first request") {
    Server server;
    server.bind("bob", bob);
    const auto [ticket, key, record, must_be_synced] = server.commits[0];
    Server restarted;
    REQUIRE(restarted.node().restore(key, *record, restarted.moment));
    restarted.hear(alice, Request{});
    CHECK(restarted.count(bob, "INVITE") == 1);
    CHECK(restarted.commits.empty());
}

TEST_CASE("a kept record that has expired leaves the store, one that cannot be read is told of") {
    Server server;
    server.bind("bob", bob);
    Server restarted;
    restarted.moment.wall += 2h;
    REQUIRE(restarted.node().restore(bobs_aor, *server.commits[0].record, restarted.moment));
    restarted.collect();
    REQUIRE(restarted.node().commits().size() + restarted.commits.size() == 1);
    CHECK(restarted.site.location.bindings() == 0);
    CHECK_FALSE(restarted.node().restore(bobs_aor, "garbage", restarted.moment));
}

TEST_CASE("an operator removes a binding: nobody calls there any more, and the store hears of it") {
    Server server;
    server.add_user("bob", "builder");
    server.bind("bob", bob);
    CHECK_FALSE(server.node().unbind(bobs_aor, "sip:bob@elsewhere", server.moment));
    CHECK(server.node().unbind(bobs_aor, "sip:bob@198.51.100.2:5060", server.moment));
    CHECK_FALSE(server.node().unbind(bobs_aor, {}, server.moment));
    server.collect();
    REQUIRE(server.commits.size() == 2);
    CHECK_FALSE(server.commits[1].record);
    server.hear(alice, Request{});
    CHECK(server.status_to(alice) == 480);
    CHECK(server.count(bob, "INVITE") == 0);
}

// --- Calls.

TEST_CASE("a call goes through a node from the first ring to the last word") {
    Server server;
    server.bind("bob", bob);
    CHECK(server.node().is_idle());
    server.hear(alice, Request{});
    const auto invite = server.next(bob, "INVITE");
    CHECK_FALSE(server.node().is_idle());
    server.answer(invite, 180);
    server.answer(invite, 200);
    CHECK(server.count(alice, 180) == 1);
    const auto ok = server.next(alice, 200);
    CHECK(server.node().is_idle());
    server.hear(alice, in_dialog("ACK", ok, "1"));
    CHECK(server.next(bob, "ACK").field("Route").empty());
    server.hear(alice, in_dialog("BYE", ok));
    server.answer(server.next(bob, "BYE"), 200);
    CHECK(server.status_to(alice) == 200);
    server.pass(64s);
    CHECK(server.node().proxy().contexts() == 0);
    CHECK(server.node().stack().server_transactions() == 0);
    CHECK(server.node().stack().client_transactions() == 0);
}

TEST_CASE("a packet that the host cannot send ends its call at once") {
    Server server;
    server.bind("bob", bob);
    server.hear(alice, Request{});
    REQUIRE(server.count(bob, "INVITE") == 1);
    server.node().send_failed(server.last_origin, server.moment);
    server.collect();
    CHECK(server.status_to(alice) == 500);
}

// --- The end, and new rules.

TEST_CASE("a draining node refuses what is new and says when to come back") {
    Server server;
    server.bind("bob", bob);
    server.node().drain();
    const auto before = server.node().stack().server_transactions();
    for (const auto method : {"INVITE", "REGISTER", "OPTIONS", "MESSAGE", "SUBSCRIBE"}) {
        CAPTURE(method);
        server.hear(alice, {.method = method, .branch = std::string("z9hG4bK-new-") + method});
        const auto refusal = server.next(alice, 503);
        CHECK(refusal.field("CSeq") == std::string("1 ") + method);
        CHECK(refusal.field("Retry-After") == "10");
    }
    CHECK(server.count_to(bob) == 0);
    CHECK(server.node().stack().server_transactions() == before);
    CHECK(server.node().is_idle());
}

TEST_CASE("a draining node lets pass what belongs to a dialog") {
    Server server;
    server.bind("bob", bob);
    const auto ok = talk(server);
    server.node().drain();
    server.hear(alice, in_dialog("ACK", ok, "1"));
    CHECK(server.count(bob, "ACK") == 1);
    server.hear(alice, in_dialog("INVITE", ok));
    server.answer(server.next(bob, "INVITE"), 200);
    CHECK(server.next(alice, 200).field("CSeq") == "2 INVITE");
    server.hear(alice, in_dialog("BYE", ok, "3"));
    CHECK(server.count(bob, "BYE") == 1);
    server.hear(alice, {.method = "CANCEL", .branch = "z9hG4bK-of-no-transaction"});
    CHECK(server.count(bob, "CANCEL") == 1);
    CHECK(server.count(alice, 503) == 0);
}

TEST_CASE("a draining node is idle when the last call that rings has its answer, or is given up") {
    Server server;
    server.bind("bob", bob);
    for (const int number : {1, 2}) server.hear(alice, call_number(number));
    const auto first = server.next(bob, "INVITE");
    const auto second = server.next(bob, "INVITE");
    server.node().drain();
    server.answer(second, 180);
    server.answer(first, 200);
    CHECK(server.next(alice, 200).field("CSeq") == "1 INVITE");
    CHECK_FALSE(server.node().is_idle());
    auto cancel = call_number(2);
    cancel.method = "CANCEL";
    server.hear(alice, cancel);
    CHECK(server.next(alice, 200).field("CSeq") == "1 CANCEL");
    CHECK(server.count(bob, "CANCEL") == 1);
    server.answer(second, 487);
    CHECK(server.status_to(alice) == 487);
    CHECK(server.node().is_idle());
}

TEST_CASE("a draining node is not idle while a REGISTER waits for its commit, and still answers it") {
    Server server;
    server.hear(bob,
                Request{.method = "REGISTER", .uri = "sip:example.com", .more = "Contact: <sip:bob@h>\r\n"});
    server.node().drain();
    CHECK_FALSE(server.node().is_idle());
    server.committed(0);
    CHECK(server.status_to(bob) == 200);
    CHECK(server.node().is_idle());
}

TEST_CASE("a new policy counts for the next request, in each part of the node") {
    struct Part {
        std::string name;
        void (*change)(Settings&);
        sip::Endpoint from;
        Request request;
        int before, after;
    };
    const Request stranger{.uri = "sip:nobody@example.com", .from = "<sip:m@elsewhere>;tag=m"};
    const Request foreign{.uri = "sip:nobody@example.org"};
    const Request brief{
        .method = "REGISTER", .uri = "sip:example.com", .more = "Contact: <sip:b@h>;expires=60\r\n"};
    const Part parts[] = {
        {"authenticator", [](Settings& s) { s.trusted.push_back(*base::Network::parse("203.0.113.0/24")); },
         mallory, stranger, 407, 404},
        {"router", [](Settings& s) { s.inbound = Inbound::local_users; }, mallory, stranger, 407, 404},
        {"domains", [](Settings& s) { s.domains.push_back("example.org"); }, alice, foreign, 502, 404},
        {"registrar", [](Settings& s) { s.min_expires = 2h; }, bob, brief, 0, 423},
    };
    for (const auto& part : parts) {
        CAPTURE(part.name);
        Server server;
        server.hear(part.from, part.request);
        CHECK(server.status_to(part.from) == part.before);
        auto policy = usual_policy();
        part.change(*policy);
        server.node().apply(policy);
        auto again = part.request;
        again.branch += "-again";
        server.hear(part.from, again);
        CHECK(server.status_to(part.from) == part.after);
    }
}

TEST_CASE("a new policy counts for the next call, one that rings keeps what it began with") {
    Server server;
    server.bind("bob", bob, "<sip:bob@198.51.100.3>, <sip:bob@198.51.100.4>;q=0.5");
    auto policy = usual_policy();
    policy->max_branches = 1;
    server.hear(alice, call_number(1));
    server.node().apply(policy);
    server.answer(server.next(bobs_desk, "INVITE"), 486);
    server.answer(server.next(bobs_car, "INVITE"), 486);
    CHECK(server.next(alice, 486).field("Call-ID") == "call-1");
    server.hear(alice, call_number(2));
    server.answer(server.next(bobs_desk, "INVITE"), 486);
    CHECK(server.count(bobs_car, "INVITE") == 0);
    CHECK(server.next(alice, 486).field("Call-ID") == "call-2");
}

// --- Two shards of one site.

TEST_CASE("a message is handed to the shard that owns its call, whichever shard it came to") {
    Server server(2);
    server.bind("bob", bob);
    const std::uint64_t registrations[] = {server.node(0).stack().counters().requests,
                                           server.node(1).stack().counters().requests};
    for (const std::uint16_t owner : shards_of_two) {
        const auto call = call_of(server, owner);
        server.hear(alice, call, 1U - owner);
        const auto invite = server.next(bob, "INVITE");
        CHECK(server.node(owner).stack().invites_in_progress() == 1);
        CHECK(server.node(1U - owner).stack().invites_in_progress() == 0);
        server.answer(invite, 200, 1U - owner);
        CHECK(server.next(alice, 200).field("Call-ID") == call.call_id);
        CHECK(server.node(owner).stack().counters().requests == registrations[owner] + 1);
    }
}

TEST_CASE("a REGISTER goes to the shard that owns its address-of-record, and all shards see its binding") {
    Server server(2);
    server.bind("bob", bob);
    const auto owner = server.site.location.owner(bobs_aor);
    CHECK(server.node(owner).registrar().counters().accepted == 1);
    CHECK(server.node(1U - owner).registrar().counters().accepted == 0);
    for (const std::uint16_t shard : shards_of_two) {
        server.hear(alice, call_of(server, shard), shard);
        CHECK(server.next(bob, "INVITE").start() == "INVITE sip:bob@198.51.100.2:5060 SIP/2.0");
    }
}

TEST_CASE("what comes over a connection is answered over it by the shard that owns the call") {
    Server server(2);
    const sip::Flow line{sip::Transport::tcp, our_address, endpoint("198.51.100.1:40000"), {5, 1, 0}};
    server.node(0).connected(line, server.moment);
    auto call = call_of(server, 1);
    call.uri = "sip:nobody@example.com";
    const auto text = call.text();
    CHECK_FALSE(server.node(0).received(line.connection, text.substr(0, 50), server.moment));
    CHECK(server.node(0).received(line.connection, text.substr(50), server.moment));
    server.collect();
    CHECK(server.status_to(line.peer) == 404);
    CHECK(server.last_flow.connection == line.connection);
    CHECK(server.node(0).stack().counters().requests == 0);
    CHECK(server.node(1).stack().counters().requests == 1);
}

TEST_CASE("a shard finds the connection of another shard, as long as it is there") {
    Server server(2);
    const sip::Flow line{sip::Transport::tcp, our_address, bobs_desk, {5, 1, 1}};
    const sip::Flow newer{sip::Transport::tcp, our_address, bobs_desk, {6, 1, 1}};
    const sip::Flow wanted{sip::Transport::tcp, our_address, bobs_desk, {}};
    CHECK_FALSE(server.node(0).connection_to(wanted));
    server.node(1).connected(line, server.moment);
    CHECK(server.node(0).connection_to(wanted) == line.connection);
    CHECK(server.node(1).connection_to(wanted) == line.connection);
    CHECK_FALSE(server.node(0).connection_to({sip::Transport::tls, our_address, bobs_desk, {}}));
    CHECK_FALSE(server.node(0).connection_to({sip::Transport::tcp, our_address, bobs_car, {}}));
    server.node(1).connected(newer, server.moment);
    server.node(1).disconnected(line.connection, server.moment);
    CHECK(server.node(0).connection_to(wanted) == newer.connection);
    server.node(1).disconnected(newer.connection, server.moment);
    CHECK_FALSE(server.node(0).connection_to(wanted));
}
