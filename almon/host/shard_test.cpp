#include "almon/host/shard.hpp"

#include <doctest/doctest.h>

#include <array>
#include <thread>

#include "almon/host/orders.hpp"
#include "almon/host/test_phone.hpp"
#include "almon/net/clock.hpp"
#include "almon/server/stored_record.hpp"
#include "almon/store/sqlite_store.hpp"

using namespace almon;
using namespace almon::host;

namespace {

const auto loopback = base::Endpoint::parse("127.0.0.1:0").value();

// Shards on the loopback, turned by the test's thread; everybody may register and call.
struct Exchange {
    explicit Exchange(std::uint16_t count = 2, ShardOptions options = {})
        : site({.tables = {1, 2}, .routes = {3, 4}}, count) {
        options.shards = count;
        for (std::uint16_t i = 0; i < count; ++i) {
            options.shard = i;
            shards.push_back(std::make_unique<Shard>(options));
            list.push_back(shards.back().get());
        }
        udp = listen(sip::Transport::udp);
        tcp = listen(sip::Transport::tcp);
        for (std::uint16_t i = 0; i < count; ++i) install(i, server::Durability::memory, nullptr);
    }
    void install(std::uint16_t shard, server::Durability durability, StoreThread* store) {
        auto policy = std::make_shared<server::Settings>();
        policy->domains = {"example.com"};
        policy->trusted = {*base::Network::parse("127.0.0.0/8")};
        stack::Settings settings{.listeners = listeners, .shard = shard, .shards = site.shards};
        const std::array<std::byte, 32> seed{static_cast<std::byte>(shard)};
        list[shard]->install(std::make_unique<server::Node>(site, std::move(settings), policy, durability,
                                                            seed, net::read_clocks().now, base::Log()),
                             list, store);
    }
    // All shards share one port, and the kernel chooses who gets a peer's packets.
    base::Endpoint listen(sip::Transport transport) {
        auto local = loopback;
        for (auto* shard : list) local = shard->listen(transport, local).value();
        listeners.push_back({transport, local, base::printed(local)});
        return local;
    }
    template <class Condition>
    bool turn_until(Condition holds) {
        const auto deadline = net::read_clocks().now + std::chrono::seconds(10);
        while (!holds()) {
            if (net::read_clocks().now > deadline) return false;
            for (auto* shard : list) shard->turn(std::chrono::milliseconds(1));
        }
        return true;
    }
    bool hears(TestPhone& phone, std::string_view wanted, std::size_t times = 1) {
        return turn_until([&] { return phone.hear(0), phone.count(wanted) >= times; });
    }
    void settle() {
        for (int i = 0; i < 20; ++i)
            for (auto* shard : list) shard->turn(std::chrono::milliseconds(1));
    }
    // Binds `user` to a phone that listens on TCP.
    void bind(const std::string& user, const base::Endpoint& phone) {
        auto desk = TestPhone::udp();
        const auto contact = "sip:" + user + "@" + base::printed(phone) + ";transport=tcp";
        desk.send(TestRequest::registration(user, contact).text(desk.endpoint()), udp);
        REQUIRE(hears(desk, "SIP/2.0 200"));
    }

    server::Site site;
    std::vector<std::unique_ptr<Shard>> shards;
    std::vector<Shard*> list;
    std::vector<stack::Listener> listeners;
    base::Endpoint udp, tcp;
};

std::string user(int number) {
    return "user" + std::to_string(number);
}
std::string contact(int number) {
    return "sip:" + user(number) + "@127.0.0.1:9";
}

}  // namespace

TEST_CASE("a datagram for another shard is handed over once and answered once") {
    constexpr int users = 20;
    Exchange exchange;
    auto phone = TestPhone::udp();
    for (int i = 0; i < users; ++i)
        phone.send(TestRequest::registration(user(i), contact(i)).text(phone.endpoint()), exchange.udp);
    REQUIRE(exchange.hears(phone, "SIP/2.0 200", users));
    exchange.settle();
    phone.hear(0);
    CHECK(phone.count("SIP/2.0 ") == users);
    // One socket has one receiving shard, so what the other one knows was handed over.
    CHECK(exchange.site.location.bindings() == users);
    std::uint64_t requests = 0;
    for (auto* shard : exchange.list) {
        CHECK(shard->node().stack().counters().requests > 0);
        requests += shard->node().stack().counters().requests;
    }
    CHECK(requests == users);
}

TEST_CASE("a request that came over a connection is answered over it, whichever shard answers") {
    constexpr int users = 20;
    Exchange exchange;
    auto phone = TestPhone::tcp(exchange.tcp);
    for (int i = 0; i < users; ++i) {
        auto request = TestRequest::registration(user(i), contact(i));
        request.transport = "TCP";
        phone.send(request.text(phone.endpoint()));
    }
    REQUIRE(exchange.hears(phone, "SIP/2.0 200", users));
    for (auto* shard : exchange.list) CHECK(shard->node().stack().counters().requests > 0);
}

TEST_CASE("a request to a phone on TCP opens a connection, and the next one uses it") {
    Exchange exchange(1);
    const auto bob = TestPhone::listening();
    exchange.bind("bob", bob.endpoint());
    auto caller = TestPhone::udp();
    caller.send(TestRequest{"MESSAGE", "ann", "sip:bob@example.com"}.text(caller.endpoint()), exchange.udp);
    std::optional<TestPhone> line;
    REQUIRE(exchange.turn_until([&] { return (line = bob.accept()).has_value(); }));
    REQUIRE(exchange.hears(*line, "MESSAGE sip:bob@127.0.0.1"));
    caller.send(TestRequest{"MESSAGE", "eve", "sip:bob@example.com"}.text(caller.endpoint()), exchange.udp);
    REQUIRE(exchange.hears(*line, "MESSAGE sip:bob@127.0.0.1", 2));
    exchange.settle();
    CHECK_FALSE(bob.accept());
    CHECK(exchange.list[0]->counters().connections == 1);
}

TEST_CASE("a request uses the connection that a phone opened, whichever shard has it") {
    constexpr int users = 20;
    Exchange exchange;
    auto bob = TestPhone::tcp(exchange.tcp);
    exchange.settle();
    auto caller = TestPhone::udp();
    for (int i = 0; i < users; ++i)
        caller.send(
            TestRequest{"MESSAGE", user(i), "sip:bob@" + base::printed(bob.endpoint()) + ";transport=tcp"}
                .text(caller.endpoint()),
            exchange.udp);
    CHECK(exchange.hears(bob, "MESSAGE sip:bob@127.0.0.1", users));
    // Some of the calls belong to the shard without the connection.
    for (auto* shard : exchange.list) CHECK(shard->node().stack().counters().requests > 0);
}

TEST_CASE("a connection that the phone has closed is not used again") {
    Exchange exchange(1);
    const auto bob = TestPhone::listening();
    exchange.bind("bob", bob.endpoint());
    auto caller = TestPhone::udp();
    caller.send(TestRequest{"MESSAGE", "ann", "sip:bob@example.com"}.text(caller.endpoint()), exchange.udp);
    std::optional<TestPhone> line;
    REQUIRE(exchange.turn_until([&] { return (line = bob.accept()).has_value(); }));
    line.reset();
    REQUIRE(exchange.turn_until([&] { return exchange.list[0]->counters().connections == 0; }));
    caller.send(TestRequest{"MESSAGE", "eve", "sip:bob@example.com"}.text(caller.endpoint()), exchange.udp);
    REQUIRE(exchange.turn_until([&] { return (line = bob.accept()).has_value(); }));
    CHECK(exchange.hears(*line, "MESSAGE sip:bob@127.0.0.1"));
}

TEST_CASE("a phone that refuses the connection ends the request at once, not after 32 seconds") {
    Exchange exchange;
    base::Endpoint nobody;
    {
        const auto gone = TestPhone::listening();
        nobody = gone.endpoint();
    }
    exchange.bind("bob", nobody);
    auto caller = TestPhone::udp();
    caller.send(TestRequest{"MESSAGE", "ann", "sip:bob@example.com"}.text(caller.endpoint()), exchange.udp);
    REQUIRE(exchange.turn_until([&] { return caller.hear(0).starts_with("SIP/2.0 "); }));
    CHECK(caller.hear(0).substr(8, 1) == "5");
}

TEST_CASE("a peer that sends no SIP is told so and loses its connection") {
    Exchange exchange(1);
    auto phone = TestPhone::tcp(exchange.tcp);
    REQUIRE(exchange.turn_until([&] { return exchange.list[0]->counters().connections == 1; }));
    phone.send("OPTIONS sip:example.com SIP/2.0\r\nContent-Length: none\r\n\r\n");
    REQUIRE(exchange.hears(phone, "SIP/2.0 400"));
    phone = TestPhone::udp();  // its end of the connection closes too
    CHECK(exchange.turn_until([&] { return exchange.list[0]->counters().connections == 0; }));
}

TEST_CASE("beyond the limit of connections a phone is refused, and a request that needs one fails at once") {
    Exchange exchange(1, {.connections = 1});
    const auto bob = TestPhone::listening();
    exchange.bind("bob", bob.endpoint());
    const auto first = TestPhone::tcp(exchange.tcp);
    REQUIRE(exchange.turn_until([&] { return exchange.list[0]->counters().connections == 1; }));
    const auto second = TestPhone::tcp(exchange.tcp);
    REQUIRE(exchange.turn_until([&] { return exchange.list[0]->counters().connections_refused == 1; }));
    auto caller = TestPhone::udp();
    caller.send(TestRequest{"MESSAGE", "ann", "sip:bob@example.com"}.text(caller.endpoint()), exchange.udp);
    CHECK(exchange.hears(caller, "SIP/2.0 500"));
    CHECK(exchange.list[0]->counters().connections == 1);
    CHECK_FALSE(bob.accept());
}

TEST_CASE("a phone that has sent a whole message keeps its connection, one that dawdles loses it") {
    Exchange exchange(1, {.probation = std::chrono::milliseconds(100)});
    auto registration = TestRequest::registration("bob", "sip:bob@127.0.0.1:9");
    registration.transport = "TCP";
    auto honest = TestPhone::tcp(exchange.tcp);
    honest.send(registration.text(honest.endpoint()));
    REQUIRE(exchange.hears(honest, "SIP/2.0 200"));
    const auto dawdler = TestPhone::tcp(exchange.tcp);
    dawdler.send("REGISTER sip:example.com SIP/2.0\r\n");
    REQUIRE(exchange.turn_until([&] { return exchange.list[0]->counters().connections == 2; }));
    REQUIRE(exchange.turn_until([&] { return exchange.list[0]->counters().connections == 1; }));
    honest.send(registration.text(honest.endpoint()));
    CHECK(exchange.hears(honest, "SIP/2.0 ", 2));
}

TEST_CASE("a shard that nobody sends anything sees to what its bindings of an earlier run need") {
    Exchange exchange(1);
    auto& shard = *exchange.list[0];
    const auto moment = net::read_clocks();
    const server::Binding expired{.contact = "sip:bob@127.0.0.1",
                                  .parameters = {},
                                  .call_id = "call",
                                  .path = {},
                                  .expires = moment.now - std::chrono::seconds(5),
                                  .flow = {}};
    const auto record = server::AorRecord::pack("sip:bob@example.com", {&expired, 1});
    const auto octets = server::encode(*record, moment);
    auto opened = store::open_store_in_memory().value();
    const store::Change change{"sip:bob@example.com", octets};
    REQUIRE(opened->commit({&change, 1}));
    StoreThread store(std::move(opened), {});
    exchange.install(0, server::Durability::commit, &store);
    REQUIRE(shard.node().restore("sip:bob@example.com", octets, moment));
    std::thread thread([&] { shard.run(); });
    const auto stored = [&] {
        return store.with_store([](store::Store& one) {
            std::size_t count = 0;
            REQUIRE(one.for_each_location([&](std::string_view, std::string_view) { ++count; }));
            return count;
        });
    };
    const auto deadline = moment.now + std::chrono::seconds(10);
    while (stored() > 0 && net::read_clocks().now < deadline) std::this_thread::yield();
    CHECK(stored() == 0);
    shard.stop();
    thread.join();
}

// The node is told a calendar of yesterday; nobody sets that of the machine which runs the tests.
TEST_CASE(
    "when the calendar is set the shard dates what the store has anew, at once and without being asked") {
    Exchange exchange(1);
    auto& shard = *exchange.list[0];
    const auto today = net::read_clocks();
    const server::Binding binding{.contact = "sip:bob@127.0.0.1",
                                  .parameters = {},
                                  .call_id = "call",
                                  .path = {},
                                  .expires = today.now + std::chrono::hours(1),
                                  .flow = {}};
    const auto record = server::AorRecord::pack("sip:bob@example.com", {&binding, 1});
    StoreThread store(store::open_store_in_memory().value(), {});
    exchange.install(0, server::Durability::commit, &store);
    REQUIRE(shard.node().restore("sip:bob@example.com", server::encode(*record, today), today));
    exchange.settle();
    shard.node().advance({net::read_clocks().now, today.wall - std::chrono::hours(24)});
    const auto is_stored_as = [&](bool is_alive) {
        return store.with_store([&](store::Store& one) {
            bool found = false;
            REQUIRE(one.for_each_location([&](std::string_view aor, std::string_view octets) {
                const auto read = server::decode(aor, octets, today, std::chrono::hours(2));
                found = read.has_value() && (*read != nullptr) == is_alive;
            }));
            return found;
        });
    };
    REQUIRE(exchange.turn_until([&] { return is_stored_as(false); }));
    exchange.settle();
    CHECK(is_stored_as(false));
    shard.calendar_was_set();
    CHECK(exchange.turn_until([&] { return is_stored_as(true); }));
}

TEST_CASE("answers of the store and orders find room in a full mailbox, letters are shed") {
    Exchange exchange(1);
    auto& shard = *exchange.list[0];
    std::size_t taken = 0;
    while (shard.deliver(SendFailed{})) REQUIRE(++taken <= base::limits::letters_per_shard);
    CHECK(taken == base::limits::letters_per_shard);
    auto inquiry = std::make_unique<Inquiry<std::uint64_t (*)(Shard&)>>(
        [](Shard& one) -> std::uint64_t { return one.node().stack().counters().requests; });
    auto answer = inquiry->answer();
    shard.order(std::move(inquiry));
    const CommitAnswer committed{.ticket = 1, .durable = true};
    shard.committed({&committed, 1});
    const auto has_come = [&] {
        return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    };
    REQUIRE(exchange.turn_until(has_come));
    CHECK(answer.get() == 0);
}
