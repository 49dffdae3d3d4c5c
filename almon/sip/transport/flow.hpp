// Where a message came from and where one goes: a transport, two addresses, and for streams the connection.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

#include "almon/base/address.hpp"

namespace almon::sip {

using base::Endpoint;

enum class Transport : std::uint8_t { udp, tcp, tls, ws, wss };

constexpr bool is_reliable(Transport transport) {
    return transport != Transport::udp;
}
// RFC 7118: each message of the connection is one SIP message, and the client is reached by it alone.
constexpr bool is_websocket(Transport transport) {
    return transport == Transport::ws || transport == Transport::wss;
}
// As a Via writes it (RFC 3261 §20.42): "UDP"; and as a URI parameter does: "udp".
std::string_view via_name(Transport transport);
std::string_view uri_name(Transport transport);
std::optional<Transport> transport_named(std::string_view name);  // without case
// RFC 3261 §19.1.2: 5060, or 5061 for TLS; RFC 7118: 80 and 443.
std::uint16_t default_port(Transport transport);

// A stream connection of the shard that accepted or opened it; generation 0 means none.
struct ConnectionId {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;
    std::uint16_t shard = 0;
    explicit operator bool() const { return generation != 0; }
    friend bool operator==(const ConnectionId&, const ConnectionId&) = default;
};

struct Flow {
    Transport transport = Transport::udp;
    Endpoint local;           // our listener's address
    Endpoint peer;            // theirs
    ConnectionId connection;  // streams only; none means "any to that peer, or a new one"
    friend bool operator==(const Flow&, const Flow&) = default;
};

}  // namespace almon::sip
