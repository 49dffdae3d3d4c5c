#include "almon/codec/websocket_handshake.hpp"

#include <doctest/doctest.h>

using namespace almon::codec;

namespace {

// The example of RFC 7118 §8.1, whose key is that of RFC 6455 §1.3.
const std::string example =
    "GET / HTTP/1.1\r\n"
    "Host: sip-ws.example.com\r\n"
    "Upgrade: websocket\r\n"
    "Connection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Origin: http://www.example.com\r\n"
    "Sec-WebSocket-Protocol: sip\r\n"
    "Sec-WebSocket-Version: 13\r\n\r\n";

std::string with(std::string_view from, std::string_view to) {
    auto text = example;
    const auto at = text.find(from);
    REQUIRE(at != text.npos);
    return text.replace(at, from.size(), to);
}

std::string status_of(const UpgradeAnswer& answer) {
    return answer.octets.substr(9, 3);
}

std::string status(const std::string& head, const WebSocketPolicy& policy = {}) {
    const auto answer = answer_upgrade(head, policy);
    CHECK(answer.refusal.has_value() == (status_of(answer) != "101"));
    if (answer.refusal) {
        CHECK(answer.octets.find("close\r\n") != std::string::npos);
        CHECK(answer.octets.find("\r\n\r\nSIP over WebSocket is spoken here (RFC 7118): ") !=
              std::string::npos);
        CHECK(answer.refusal->sentence.find(" " + status_of(answer) + ": ") != std::string::npos);
    }
    return status_of(answer);
}

const std::string agreement =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: sip\r\n\r\n";

std::string verdict(std::string answer, std::string_view from = "", std::string_view to = "") {
    answer.replace(answer.find(from), from.size(), to);
    const auto ending = check_upgrade_answer(answer, "dGhlIHNhbXBsZSBub25jZQ==");
    return ending ? ending->sentence : "agreed";
}

}  // namespace

TEST_CASE("the handshake of RFC 7118 is answered as RFC 6455 has it") {
    CHECK(accept_of("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    CHECK(answer_upgrade(example, {}).octets == agreement);
}

TEST_CASE("what browsers vary is taken") {
    CHECK(status(with("Connection: Upgrade", "connection: keep-alive, upgrade")) == "101");
    CHECK(status(with("Upgrade: websocket", "Upgrade: WebSocket")) == "101");
    CHECK(status(with("Protocol: sip", "Protocol: chat, sip")) == "101");
    CHECK(status(with("Protocol: sip", "Protocol: chat\r\nSec-WebSocket-Protocol: sip")) == "101");
    CHECK(status(with("Version: 13", "Version: 13\r\nSec-WebSocket-Extensions: permessage-deflate")) ==
          "101");
    CHECK(status(with("Origin: http://www.example.com\r\n", "")) == "101");
}

TEST_CASE("without the sub-protocol sip the answer is 400 and names the rule") {
    CHECK(status(with("Sec-WebSocket-Protocol: sip\r\n", "")) == "400");
    CHECK(status(with("Protocol: sip", "Protocol: msrp, SIP")) == "400");
    CHECK(answer_upgrade(with("Protocol: sip", "Protocol: chat"), {}).octets.find("RFC 7118 §4.1") !=
          std::string::npos);
}

TEST_CASE("another version gets 426 and the one that is spoken") {
    const auto answer = answer_upgrade(with("Version: 13", "Version: 8"), {});
    CHECK(status_of(answer) == "426");
    CHECK(answer.octets.find("Sec-WebSocket-Version: 13\r\n") != std::string::npos);
}

TEST_CASE("what is no upgrade gets a small, correct error") {
    CHECK(status("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == "426");
    CHECK(status(with("GET", "POST")) == "405");
    CHECK(status(with("HTTP/1.1", "HTTP/1.0")) == "505");
    CHECK(status(with("Host: sip-ws.example.com\r\n", "")) == "400");
    CHECK(status(with("Host:", "Host: other.example\r\nHost:")) == "400");
    CHECK(status(with("Host:", "Content-Length: 5\r\nHost:")) == "400");
    CHECK(status(with("Host:", "Transfer-Encoding: chunked\r\nHost:")) == "400");
    CHECK(status(with("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ=")) == "400");
    CHECK(status(with("Connection: Upgrade\r\n", "")) == "426");
    CHECK(status("REGISTER sip:example.com SIP/2.0\r\nCall-ID: 1\r\n\r\n") == "400");
    CHECK(status("\r\n\r\n") == "400");
    CHECK(answer_upgrade("nonsense\r\n\r\n", {}).refusal->kind == Ending::Kind::other_protocol);
}

TEST_CASE("host, path and Origin are held to the policy, where it has one") {
    const WebSocketPolicy policy{.hosts = {"sip-ws.example.com", "[2001:db8::1]"},
                                 .paths = {"/", "/ws"},
                                 .origins = {"http://www.example.com"}};
    CHECK(status(example, policy) == "101");
    CHECK(status(with("Host: sip-ws.example.com", "Host: SIP-WS.example.com:8080"), policy) == "101");
    CHECK(status(with("Host: sip-ws.example.com", "Host: [2001:db8::1]:8080"), policy) == "101");
    CHECK(status(with("Host: sip-ws.example.com", "Host: rebound.example"), policy) == "421");
    CHECK(status(with("GET /", "GET /ws?token=1"), policy) == "101");
    CHECK(status(with("GET /", "GET /other"), policy) == "404");
    CHECK(status(with("http://www.example.com", "http://evil.example"), policy) == "403");
    CHECK(status(with("http://www.example.com", "null"), policy) == "403");
    CHECK(status(with("Origin: http://www.example.com\r\n", ""), policy) == "101");
}

TEST_CASE("our own request is one that we answer") {
    const auto request =
        write_upgrade({.host = "example.com:8080", .path = "/ws", .origin = "http://a.example"},
                      "dGhlIHNhbXBsZSBub25jZQ==");
    CHECK(request.starts_with("GET /ws HTTP/1.1\r\nHost: example.com:8080\r\n"));
    CHECK(request.find("Origin: http://a.example\r\n") != std::string::npos);
    CHECK(answer_upgrade(request, {}).octets == agreement);
}

TEST_CASE("a client holds the server to what it asked for") {
    CHECK(verdict(agreement) == "agreed");
    CHECK(verdict(agreement, "101 Switching Protocols", "403 Forbidden") ==
          "the server refuses the WebSocket handshake with 403 Forbidden");
    CHECK(verdict(agreement, "s3pP", "xxxx").ends_with("its Sec-WebSocket-Accept does not fit the key"));
    CHECK(verdict(agreement, "Protocol: sip", "Protocol: chat").find("\"sip\" (RFC 7118 §4.1)") !=
          std::string::npos);
    CHECK(verdict(agreement, "Upgrade: websocket\r\n").ends_with("it switches to another protocol"));
    CHECK(verdict(agreement, "\r\n\r\n", "\r\nSec-WebSocket-Extensions: x\r\n\r\n")
              .ends_with("it wants extensions"));
    CHECK(verdict("SIP/2.0 200 OK\r\n\r\n").starts_with("the server's answer is not HTTP: "));
}

TEST_CASE("Base64 of any length") {
    CHECK(base64("").empty());
    CHECK(base64("f") == "Zg==");
    CHECK(base64("fo") == "Zm8=");
    CHECK(base64("foo") == "Zm9v");
}
