#include "almon/host/wires.hpp"

#include <doctest/doctest.h>

#include "almon/base/test_log.hpp"
#include "almon/host/test_phone.hpp"
#include "almon/net/listener.hpp"
#include "almon/net/turn_until.hpp"
#include "almon/store/scratch_folder_test.hpp"

using namespace almon;
using namespace almon::host;

namespace {

// One end of connections, and what it is told.
struct End : net::ConnectionReader {
    explicit End(net::Loop& loop) : wires(loop, static_cast<net::ConnectionReader&>(*this), {}) {}
    void opened(net::ConnectionId id, const base::Endpoint&, const base::Endpoint& local) override {
        last = id;
        transport = wires.transport_of(id, local);
        ++open;
    }
    void received(net::ConnectionId id, std::string_view bytes) override {
        text += bytes;
        if (echoes) wires.write(id, bytes);
        if (closes) wires.close(id);
    }
    void closed(net::ConnectionId, net::Ending why) override { endings.push_back(why); }

    Wires wires;
    net::ConnectionId last;
    sip::Transport transport = sip::Transport::udp;
    int open = 0;
    std::string text;
    std::vector<net::Ending> endings;
    bool echoes = false, closes = false;
};

struct Bench {
    explicit Bench(sip::Transport transport, bool verify = false) : server(loop), client(loop) {
        const auto here = *base::Endpoint::parse("127.0.0.1:0");
        listener = *net::Listener::tcp(loop, here, net::PortSharing::exclusive, server.wires.connections());
        const std::vector<stack::Listener> listeners{{transport, listener->endpoint(), "127.0.0.1"}};
        const std::vector<std::string> domains{"example.com"};
        const SpeechConfig config{.verify_servers = verify};
        const auto speech =
            Speech::make(config, folder.path(), domains, listeners, net::read_clocks().wall).value();
        server.wires.serve(transport, listener->endpoint());
        server.wires.apply(speech);
        server.wires.log_to(base::Log(log, base::Level::info));
        client.wires.apply(speech);
    }
    net::ConnectionId connect(sip::Transport transport) {
        return *client.wires.open(transport, listener->endpoint(), *base::IpAddress::parse("127.0.0.1"),
                                  "127.0.0.1");
    }
    template <class Condition>
    void wait_for(Condition holds) {
        REQUIRE(net::turn_until(loop, holds));
    }

    store::ScratchFolder folder;
    base::RecordedLog log;
    net::Loop loop;
    End server, client;
    std::unique_ptr<net::Listener> listener;
};

}  // namespace

TEST_CASE("what is written before the connection is open arrives, and the answer comes back") {
    for (const auto transport : {sip::Transport::tcp, sip::Transport::tls}) {
        Bench bench(transport);
        bench.server.echoes = true;
        const auto id = bench.connect(transport);
        CHECK(bench.client.wires.write(id, "hello"));
        bench.wait_for([&] { return bench.client.text == "hello"; });
        CHECK(bench.server.text == "hello");
        CHECK(bench.server.transport == transport);
        CHECK(bench.server.open + bench.client.open == 2);
    }
}

TEST_CASE("the one that closes is told nothing, the other one once") {
    Bench bench(sip::Transport::tls);
    bench.server.closes = true;  // from inside the call
    bench.client.wires.write(bench.connect(sip::Transport::tls), "bye");
    bench.wait_for([&] { return !bench.client.endings.empty() && bench.server.wires.size() == 0; });
    CHECK(bench.client.endings == std::vector{net::Ending::closed_by_peer});
    CHECK(bench.server.endings.empty());
    CHECK_FALSE(bench.client.wires.write(bench.client.last, "too late"));
}

TEST_CASE("a certificate of nobody we trust ends the connection before anything is sent") {
    Bench bench(sip::Transport::tls, true);
    bench.client.wires.write(bench.connect(sip::Transport::tls), "secret");
    bench.wait_for([&] { return !bench.client.endings.empty(); });
    CHECK(bench.client.open == 0);
    CHECK(bench.server.text.empty());
    bench.wait_for([&] { return bench.server.wires.size() == 0; });
}

TEST_CASE("plain SIP to a TLS listener is told in the log, and ended") {
    Bench bench(sip::Transport::tls);
    const auto phone = TestPhone::tcp(bench.listener->endpoint());
    phone.send("OPTIONS sip:example.com SIP/2.0\r\n\r\n");
    bench.wait_for([&] { return !bench.server.endings.empty(); });
    CHECK(bench.server.open == 0);
    REQUIRE(bench.log.lines.size() == 1);
    CHECK(bench.log.lines.front().find("connection ended by its protocol") != std::string::npos);
    CHECK(bench.log.lines.front().find("transport=tls kind=") != std::string::npos);
}

TEST_CASE("a browser's connection is a WebSocket, and its messages arrive whole") {
    Bench bench(sip::Transport::ws);
    const auto phone = TestPhone::tcp(bench.listener->endpoint());
    phone.send(
        "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
        "13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: sip\r\n\r\n");
    bench.wait_for([&] { return bench.server.open == 1; });
    CHECK(bench.server.transport == sip::Transport::ws);
    phone.send(std::string_view("\x81\x85\0\0\0\0hello", 11));
    bench.wait_for([&] { return bench.server.text == "hello"; });
}
