// What all TLS connections of one kind share: certificates, authorities, rules. It is made once, never
// changes and is handed from thread to thread; a reload makes a new one for new handshakes, while old
// connections keep theirs. TLS 1.2 with ECDHE and AEAD, and TLS 1.3 (RFC 8446, RFC 9325); no renegotiation,
// no compression.
//
// ALPN (RFC 7301) is neither offered nor answered: no RFC on SIP or on WebSocket over HTTP/1.1 asks for it.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "almon/base/result.hpp"
#include "almon/codec/pem.hpp"

struct ssl_ctx_st;  // OpenSSL's

namespace almon::codec {

// The leaf first, then what leads to an authority; and the leaf's private key.
struct TlsIdentity {
    PemText certificates;
    PemText key;
};

enum class PeerCheck : std::uint8_t {
    none,     // no certificate is asked for (server), or whichever is taken (client: tests and load only)
    request,  // server: asked for; without one, or with one that cannot be verified, the peer is anonymous
    require,  // only a peer whose certificate leads to an authority is let in
};

struct TlsSettings {
    // Server: one at least. A client that names a domain (SNI, RFC 6066 §3) sees the first whose names fit,
    // others the first of all. Client: none or one, shown to servers that ask.
    std::vector<TlsIdentity> identities;
    PeerCheck check = PeerCheck::none;
    // The certificates that are trusted: authorities, or single peers.
    std::optional<PemText> authorities;
    // Also those of the operating system. The only setting that makes OpenSSL read files.
    bool system_authorities = false;
};

class TlsContext {
 public:
    // The error is a sentence that begins with the place of the text at fault and says what to do.
    static base::Outcome<std::shared_ptr<const TlsContext>> server(const TlsSettings& settings);
    static base::Outcome<std::shared_ptr<const TlsContext>> client(const TlsSettings& settings);

    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    bool is_server() const { return is_server_; }
    PeerCheck check() const { return check_; }
    // For TlsCodec; shared by all of them, and locked inside by OpenSSL.
    ssl_ctx_st& openssl() const;

 private:
    struct Contents;
    TlsContext(std::unique_ptr<Contents> contents, bool is_server, PeerCheck check);
    static base::Outcome<std::shared_ptr<const TlsContext>> make(const TlsSettings& settings, bool is_server);

    std::unique_ptr<Contents> contents_;
    bool is_server_;
    PeerCheck check_;
};

}  // namespace almon::codec
