// How a server speaks on its stream connections: what TLS and WebSocket need, read from files and checked. An
// immutable snapshot: a reload makes another for new connections, and what is open keeps its own.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "almon/base/result.hpp"
#include "almon/base/time.hpp"
#include "almon/codec/codec.hpp"
#include "almon/codec/tls_context.hpp"
#include "almon/codec/tls_sessions.hpp"
#include "almon/codec/websocket_handshake.hpp"
#include "almon/sip/transport/flow.hpp"
#include "almon/stack/listener.hpp"

namespace almon::host {

struct SpeechConfig {
    std::vector<std::string> certificates;  // PEM files, the leaf first; empty: a self-signed one is made
    std::vector<std::string> keys;          // PEM files, one a certificate
    std::string authorities;                // a PEM file; empty: those of the operating system
    codec::PeerCheck clients = codec::PeerCheck::none;
    bool verify_servers = true;
    std::vector<std::string> origins;  // of WebSocket: "https://phone.example.com"; empty: any

    friend bool operator==(const SpeechConfig&, const SpeechConfig&) = default;
};

class Speech {
 public:
    // Nothing but plain octets.
    Speech() = default;
    // `names` are for the certificate that is made when none is configured, in `state`/tls. The error is a
    // sentence that begins with the file at fault.
    [[nodiscard]] static base::Outcome<std::shared_ptr<const Speech>> make(
        const SpeechConfig& config, const std::string& state, std::span<const std::string> domains,
        std::span<const stack::Listener> listeners, base::WallTime now);

    // Null: the transport needs none, it is plain.
    std::unique_ptr<codec::Codec> server_codec(sip::Transport transport, base::WallTime now) const;
    // As a client of TLS. `domain` is whom the certificate must be for (RFC 5922), numeric or not.
    std::unique_ptr<codec::Codec> client_codec(sip::Transport transport, std::string_view domain,
                                               base::WallTime now, codec::TlsSessions& sessions) const;

 private:
    std::shared_ptr<const codec::TlsContext> server_, client_;
    std::shared_ptr<const codec::WebSocketPolicy> websocket_ = std::make_shared<codec::WebSocketPolicy>();
};

using SpeechSnapshot = std::shared_ptr<const Speech>;

constexpr bool is_encrypted(sip::Transport transport) {
    return transport == sip::Transport::tls || transport == sip::Transport::wss;
}

}  // namespace almon::host
