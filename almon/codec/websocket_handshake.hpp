// The opening handshake of SIP over WebSocket (RFC 6455 §4, RFC 7118 §4): HTTP/1.1 heads in and out, as
// values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "almon/codec/codec.hpp"

namespace almon::codec {

// What a server asks of a handshake. An empty list asks nothing.
//
// Any Origin is taken by default, as Kamailio and FreeSWITCH do: RFC 6455 §10.2 protects servers that trust a
// browser for the cookies that it brings. We look at no cookie; each SIP request shows by its own credentials
// who sends it, so a strange page gains nothing here. Whoever wants a list all the same refuses other pages;
// what is no browser sends no Origin, and could send any, so it is let in.
struct WebSocketPolicy {
    std::vector<std::string> hosts;    // "example.com", of the Host field, without port
    std::vector<std::string> paths;    // "/ws", without query
    std::vector<std::string> origins;  // "https://phone.example.com", as browsers write it (RFC 6454 §6.2)
};

// What a client asks for.
struct WebSocketTarget {
    std::string host;  // of the Host field: "example.com", "192.0.2.1:8080"
    std::string path = "/";
    std::string origin;  // empty: none, as for all that is no browser
};

struct UpgradeAnswer {
    std::string octets;             // the HTTP response, whole
    std::optional<Ending> refusal;  // then the connection is to be closed
};

// `head` is a request up to the empty line, which is included.
UpgradeAnswer answer_upgrade(std::string_view head, const WebSocketPolicy& policy);
// The answer to a head that is longer than limits::websocket_head_octets.
UpgradeAnswer refuse_long_head();

// `key` is 16 random octets in Base64.
std::string write_upgrade(const WebSocketTarget& target, std::string_view key);
// The response's head; nothing when the server agrees (RFC 6455 §4.1).
std::optional<Ending> check_upgrade_answer(std::string_view head, std::string_view key);

// RFC 6455 §4.2.2: what proves that the server has read the key.
std::string accept_of(std::string_view key);
std::string base64(std::string_view octets);

}  // namespace almon::codec
