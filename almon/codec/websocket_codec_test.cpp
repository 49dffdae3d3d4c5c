#include "almon/codec/websocket_codec.hpp"

#include <doctest/doctest.h>

#include "almon/codec/test_peers.hpp"
#include "almon/codec/test_tls.hpp"

using namespace almon;
using namespace almon::codec;
using Texts = std::vector<std::string>;
using namespace std::string_literals;

namespace {

const std::string upgrade =
    "GET / HTTP/1.1\r\nHost: a.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: sip\r\n"
    "Sec-WebSocket-Version: 13\r\n\r\n";

std::unique_ptr<WebSocketCodec> plain_server() {
    return WebSocketCodec::server(std::make_shared<const WebSocketPolicy>());
}

std::unique_ptr<WebSocketCodec> plain_client(base::Random& random) {
    return WebSocketCodec::client({.host = "a.example", .path = "/", .origin = {}}, random);
}

// A server after its handshake.
struct Open {
    Open() {
        auto codec = plain_server();
        web_socket = codec.get();
        peer = std::make_unique<Peer>(std::move(codec));
        peer->start();
        peer->codec().received(upgrade);
        CHECK(peer->take_wire().starts_with("HTTP/1.1 101 "));
        CHECK(peer->is_open());
    }
    Open& receive(std::string_view octets) {
        peer->codec().received(octets);
        return *this;
    }
    WebSocketCodec* web_socket;
    std::unique_ptr<Peer> peer;
};

// A frame as a client sends it, with a mask of zeros.
std::string frame(unsigned first, std::string_view payload) {
    std::string octets{static_cast<char>(first)};
    if (payload.size() < 126) {
        octets.push_back(static_cast<char>(0x80 | payload.size()));
    } else if (payload.size() < 65'536) {
        octets.push_back(static_cast<char>(0xfe));
        octets.push_back(static_cast<char>(payload.size() >> 8));
        octets.push_back(static_cast<char>(payload.size() & 0xff));
    } else {
        octets.push_back(static_cast<char>(0xff));
        for (int shift = 56; shift >= 0; shift -= 8)
            octets.push_back(static_cast<char>(payload.size() >> shift & 0xff));
    }
    return octets.append(4, '\0').append(payload);
}

std::string close_frame(unsigned code) {
    return {'\x88', '\x02', static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
}

// The octets break a rule: the server closes with this code, and hands on no message.
void check_fault(std::string_view octets, unsigned code) {
    for (auto cut : {Cut::whole(), Cut::single()}) {
        Open server;
        deliver(std::string(octets), *server.peer, cut);
        CHECK(server.peer->take_wire() == close_frame(code));
        CHECK(server.peer->kind() == (code == 1009 ? "too large" : "a rule was broken"));
        CHECK(server.peer->sentence().ends_with("; closed with " + std::to_string(code)));
        CHECK(server.peer->messages().empty());
    }
}

}  // namespace

TEST_CASE("client and server open and exchange whole messages, however the octets are cut") {
    base::Random random(7);
    const Texts messages{"OPTIONS sip:a SIP/2.0\r\n\r\n",
                         "",
                         std::string(125, 'a'),
                         std::string(126, 'b'),
                         std::string(5'000, 'c'),
                         std::string(base::limits::message_octets, 'd'),
                         "\xff\xfe binary"};
    for (auto cut : {Cut::whole(), Cut::single(), Cut::random(random), Cut::random(random)}) {
        Peer server(plain_server()), client(plain_client(random));
        server.echo();
        server.start();
        client.codec().send("kept");
        client.start();
        converse(client, server, cut);
        REQUIRE(client.is_open());
        for (const auto& message : messages) client.codec().send(message);
        converse(client, server, cut);
        auto expected = messages;
        expected.insert(expected.begin(), "kept");
        CHECK(server.messages() == expected);
        CHECK(client.messages() == expected);
    }
}

TEST_CASE("the frames of RFC 6455 §5.7") {
    Open server;
    server.receive("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
    CHECK(server.peer->messages() == Texts{"Hello"});
    server.peer->codec().send("Hello");
    CHECK(server.peer->take_wire() == "\x81\x05Hello");
    server.receive("\x89\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
    CHECK(server.peer->take_wire() == "\x8a\x05Hello");
    const std::string octets(256, '\xee');
    server.peer->codec().send(octets);
    CHECK(server.peer->take_wire() == std::string("\x82\x7e\x01\x00", 4) + octets);
    server.receive(frame(0x01, "Hel")).receive(frame(0x80, "lo"));
    CHECK(server.peer->messages() == Texts{"Hello", "Hello"});
}

TEST_CASE("control frames may stand between fragments, and are answered at once") {
    Open server;
    server.receive(frame(0x01, "one ")).receive(frame(0x89, "?")).receive(frame(0x8a, "!"));
    CHECK(server.peer->take_wire() == "\x8a\x01?");
    server.receive(frame(0x00, "")).receive(frame(0x00, "two ")).receive(frame(0x80, "three"));
    CHECK(server.peer->messages() == Texts{"one two three"});
}

TEST_CASE("ping() asks, and the peer answers") {
    base::Random random(1);
    Open server;
    server.web_socket->ping();
    CHECK(server.peer->take_wire() == std::string("\x89\x00", 2));
    auto codec = plain_client(random);
    auto* const client = codec.get();
    client->ping();  // not open: ignored
    Peer peer(std::move(codec)), other(plain_server());
    other.start();
    peer.start();
    converse(peer, other);
    client->ping();
    other.codec().received(peer.take_wire());
    CHECK(other.take_wire() == std::string("\x8a\x00", 2));
}

TEST_CASE("frames that break a rule close with 1002") {
    check_fault("\x81\x05Hello", 1002);  // not masked
    check_fault(frame(0xc1, "x"), 1002);
    check_fault(frame(0x83, "x"), 1002);
    check_fault(frame(0x8b, "x"), 1002);
    check_fault(frame(0x80, "x"), 1002);
    check_fault(frame(0x01, "x") + frame(0x81, "y"), 1002);
    check_fault(frame(0x09, "x"), 1002);
    check_fault(frame(0x89, std::string(126, 'x')), 1002);
    check_fault(std::string("\x81\xfe\x00\x05", 4) + "\0\0\0\0xxxxx"s, 1002);
    check_fault(std::string("\x81\xff\x80\0\0\0\0\0\0\0", 10) + "\0\0\0\0x"s, 1002);
    check_fault(frame(0x88, "x"), 1002);
    for (const unsigned code : {0U, 999U, 1004U, 1005U, 1006U, 1015U, 2999U, 5000U})
        check_fault(frame(0x88, close_frame(code).substr(2)), 1002);
}

TEST_CASE("text that is not UTF-8 closes with 1007, wherever it is cut") {
    check_fault(frame(0x81, "\xc0\x80"), 1007);
    check_fault(frame(0x81, "abc\xe2\x82"), 1007);
    check_fault(frame(0x01, "\xe2") + frame(0x80, "\x28\xa1"), 1007);
    check_fault(frame(0x88, std::string("\x03\xe8\xff", 3)), 1007);
    Open server;
    server.receive(frame(0x01, "\xe2")).receive(frame(0x80, "\x82\xac"));
    CHECK(server.peer->messages() == Texts{"\xe2\x82\xac"});
    server.receive(frame(0x82, "\xff"));
    CHECK(server.peer->messages().back() == "\xff");
}

TEST_CASE(
    "a message beyond limits::message_octets closes with 1009, whole or in fragments, and is never kept") {
    const std::string most(base::limits::message_octets, 'x');
    Open server;
    server.receive(frame(0x81, most)).receive(frame(0x01, most)).receive(frame(0x80, ""));
    CHECK(server.peer->messages() == Texts{most, most});
    check_fault(frame(0x81, most + "x"), 1009);
    check_fault(frame(0x01, most) + frame(0x80, "x"), 1009);
    check_fault(std::string("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff", 10) + "\0\0\0\0x"s, 1009);
}

TEST_CASE("whoever closes first, both ends end once") {
    base::Random random(1);
    for (const bool client_first : {true, false}) {
        Peer server(plain_server()), client(plain_client(random));
        server.start();
        client.start();
        converse(client, server);
        auto& first = client_first ? client : server;
        auto& second = client_first ? server : client;
        first.codec().close();
        CHECK(first.kind() == "not ended");
        second.codec().send("on its way");
        converse(first, second);
        CHECK(first.messages().empty());
        CHECK(first.kind() == "closed");
        CHECK(second.sentence() == (client_first
                                        ? "the peer closed the WebSocket connection with code 1000"
                                        : "the peer closed the WebSocket connection with code 1001"));
        first.codec().send("too late");
        second.codec().received("too late");
        second.codec().close();
        CHECK(first.take_wire() + second.take_wire() == "");
    }
}

TEST_CASE("both may close at the same time") {
    base::Random random(1);
    Peer server(plain_server()), client(plain_client(random));
    server.start();
    client.start();
    converse(client, server);
    server.codec().close();
    client.codec().close();
    converse(client, server);
    CHECK(server.kind() == "closed");
    CHECK(client.kind() == "closed");
}

TEST_CASE("a Close without a code is answered without one") {
    Open server;
    server.receive(frame(0x88, ""));
    CHECK(server.peer->take_wire() == std::string("\x88\x00", 2));
    CHECK(server.peer->sentence() == "the peer closed the WebSocket connection with no code");
}

TEST_CASE("frames may follow the handshake in the same octets; closing inside decoded() stops the rest") {
    Peer server(plain_server());
    server.start();
    server.close_when_decoded();
    server.codec().received(upgrade + frame(0x81, "one") + frame(0x81, "two"));
    CHECK(server.messages() == Texts{"one"});
    CHECK(server.take_wire().ends_with(close_frame(1001)));
}

TEST_CASE("a handshake that is refused says why to both sides") {
    Peer server(plain_server());
    server.start();
    server.codec().received("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(server.take_wire().starts_with("HTTP/1.1 426 Upgrade Required\r\n"));
    CHECK(server.kind() == "another protocol");
    Peer tls(plain_server());
    tls.start();
    tls.codec().received("\x16\x03\x01");
    CHECK(tls.sentence().find("TLS, perhaps") != std::string::npos);
    CHECK(tls.take_wire().empty());
    base::Random random(1);
    Peer client(plain_client(random));
    client.start();
    client.codec().received("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno");
    CHECK(client.sentence() == "the server refuses the WebSocket handshake with 404 Not Found");
}

TEST_CASE("limit: the head of a handshake has so many octets, and then gets 431") {
    const auto padded = [](std::size_t size) {
        auto head = upgrade;
        return head.insert(head.size() - 2, "Cookie: " + std::string(size - head.size() - 10, 'x') + "\r\n");
    };
    for (auto cut : {Cut::whole(), Cut::single()}) {
        Peer fits(plain_server()), larger(plain_server());
        fits.start();
        larger.start();
        deliver(padded(base::limits::websocket_head_octets), fits, cut);
        CHECK(fits.is_open());
        deliver(padded(base::limits::websocket_head_octets + 1), larger, cut);
        CHECK(larger.take_wire().starts_with("HTTP/1.1 431 "));
        CHECK(larger.kind() == "too large");
    }
}

TEST_CASE("what was sent before the handshake goes before what is sent inside opened()") {
    base::Random random(1);
    Peer server(plain_server()), client(plain_client(random));
    client.codec().send("one");
    client.send_when_opened("two");
    server.start();
    client.start();
    converse(client, server);
    CHECK(server.messages() == Texts{"one", "two"});
}

TEST_CASE("what is sent before the handshake is kept up to limits::codec_kept_octets") {
    base::Random random(1);
    Peer client(plain_client(random));
    client.start();
    for (int i = 0; i < 4; ++i) client.codec().send(std::string(40'000, 'x'));
    CHECK(client.kind() == "too large");
}

TEST_CASE("WebSocket over TLS: one codec in the other, however the octets are cut") {
    base::Random random(3);
    const auto server_context = server_with(vouched("example.com"));
    for (auto cut : {Cut::whole(), Cut::single(), Cut::random(random), Cut::random(random)}) {
        Peer server(layered(TlsCodec::server(server_context, noon), plain_server()));
        Peer client(layered(TlsCodec::client(careful_client(), "example.com", noon), plain_client(random)));
        server.echo();
        server.start();
        client.codec().send("early");
        client.start();
        converse(client, server, cut);
        REQUIRE(client.is_open());
        client.codec().send(std::string(40'000, 'x'));
        converse(client, server, cut);
        CHECK(client.messages() == Texts{"early", std::string(40'000, 'x')});
        client.codec().close();
        converse(client, server, cut);
        CHECK(client.kind() == "closed");
        CHECK(server.sentence() == "the peer closed the WebSocket connection with code 1000");
    }
}
