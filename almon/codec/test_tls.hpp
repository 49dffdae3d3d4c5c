// A small world of certificates for tests of TLS: one authority and whom it vouches for.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "almon/codec/test_peers.hpp"
#include "almon/codec/tls_codec.hpp"
#include "almon/codec/tls_context.hpp"

namespace almon::codec {

using ContextPointer = std::shared_ptr<const TlsContext>;

template <class T>
T sound(base::Outcome<T> outcome) {
    REQUIRE_MESSAGE(outcome, outcome.error());
    return std::move(*outcome);
}

inline const CertifiedKey& test_authority() {
    static const auto made = sound(make_authority({"Test CA", {}, {}, {}, a_year_ago, in_a_year}));
    return made;
}

inline CertifiedKey vouched(const CertificateWish& wish) {
    return sound(make_signed(wish, test_authority()));
}

inline CertifiedKey vouched(const std::string& domain) {
    return vouched(wish_for(domain));
}

inline TlsIdentity identity(const CertifiedKey& made) {
    return {.certificates = {made.certificate, "cert.pem"}, .key = {made.key, "key.pem"}};
}

inline TlsSettings trusting(const std::string& authorities) {
    return {.identities = {}, .check = PeerCheck::require, .authorities = PemText{authorities, "ca.pem"}};
}

inline ContextPointer server_with(const CertifiedKey& made) {
    return sound(
        TlsContext::server({.identities = {identity(made)}, .check = PeerCheck::none, .authorities = {}}));
}

inline ContextPointer careful_client() {
    return sound(TlsContext::client(trusting(test_authority().certificate)));
}

struct Pair {
    Pair(const ContextPointer& server_context, const ContextPointer& client_context,
         std::string_view domain = "example.com", base::WallTime wall = noon, TlsSessions* sessions = nullptr)
        : server_tls_(TlsCodec::server(server_context, wall)),
          client_tls_(TlsCodec::client(client_context, domain, wall, sessions)),
          server_codec(server_tls_.get()),
          client_codec(client_tls_.get()),
          server(std::move(server_tls_)),
          client(std::move(client_tls_)) {}

    Pair& shake_hands(Cut cut = Cut::whole()) {
        server.start();
        client.start();
        converse(client, server, cut);
        return *this;
    }
    bool is_open() const {
        return server.is_open() && client.is_open() && !server.ending() && !client.ending();
    }

 private:
    std::unique_ptr<TlsCodec> server_tls_, client_tls_;

 public:
    TlsCodec *server_codec, *client_codec;
    Peer server, client;
};

}  // namespace almon::codec
