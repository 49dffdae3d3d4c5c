#include "almon/codec/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <string>

#include "almon/base/assert.hpp"
#include "almon/base/limits.hpp"
#include "almon/codec/certificate_names.hpp"
#include "almon/codec/openssl.hpp"

namespace almon::codec {

namespace limits = base::limits;

namespace {

struct Identity {
    std::vector<CertificatePointer> chain;  // the leaf first
    KeyPointer key;
    CertificateNames names;

    X509* leaf() const { return chain.front().get(); }
    // As a web browser would match it too: SIP over WebSocket is served to those, and their names may be
    // wildcards, which stand for one label.
    bool is_for(std::string_view host) const {
        return names.matches(host) || X509_check_host(leaf(), host.data(), host.size(),
                                                      X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, nullptr) == 1;
    }
};

base::Outcome<Identity> read_identity(const TlsIdentity& texts) {
    auto chain = read_certificates(texts.certificates);
    if (!chain) return tl::unexpected(std::move(chain.error()));
    auto key = read_key(texts.key);
    if (!key) return tl::unexpected(std::move(key.error()));
    if (X509_check_private_key(chain->front().get(), key->get()) != 1)
        return base::trouble(
            std::string(texts.key.place)
                .append(": this private key does not belong to the first certificate of ")
                .append(texts.certificates.place)
                .append(" (the certificate of a server stands before those of its authorities)"));
    ERR_clear_error();
    auto names = names_of(*chain->front());
    return Identity{std::move(*chain), std::move(*key), std::move(names)};
}

// Both keep references of their own to what they are given.
template <class UseIn>
bool use(const Identity& identity, UseIn use_in) {
    STACK_OF(X509)* const rest = sk_X509_new_null();
    for (std::size_t i = 1; i < identity.chain.size(); ++i) sk_X509_push(rest, identity.chain[i].get());
    const bool is_used = use_in(identity.leaf(), identity.key.get(), rest) == 1;
    sk_X509_free(rest);
    return is_used;
}

bool use_as_default(SSL_CTX* context, const Identity& identity) {
    return use(identity, [&](X509* leaf, EVP_PKEY* key, STACK_OF(X509) * rest) {
        return SSL_CTX_use_cert_and_key(context, leaf, key, rest, 1);
    });
}

bool use_for(SSL* ssl, const Identity& identity) {
    return use(identity, [&](X509* leaf, EVP_PKEY* key, STACK_OF(X509) * rest) {
        return SSL_use_cert_and_key(ssl, leaf, key, rest, 1);
    });
}

void set_rules(SSL_CTX* context) {
    // Security level 2: keys and hashes of 112 bits and more, whatever the system's own configuration says.
    SSL_CTX_set_security_level(context, 2);
    ALMON_ASSERT(SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
                 SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
                 SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
                 SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") == 1);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    // An idle connection holds no record buffers: they are 34 KB.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_max_cert_list(context, static_cast<long>(limits::tls_handshake_octets));
    SSL_CTX_set_timeout(context, limits::tls_session_life.count());
}

// Any purpose: TlsCodec judges the leaf's by the rules of SIP. A partial chain: a certificate that is trusted
// by itself needs no authority above it.
void set_verification(SSL_CTX* context) {
    auto* const parameters = SSL_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_ANY);
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
}

base::Outcome<void> trust(SSL_CTX* context, const PemText& authorities, bool is_server) {
    auto certificates = read_certificates(authorities);
    if (!certificates) return tl::unexpected(std::move(certificates.error()));
    for (const auto& certificate : *certificates) {
        ALMON_ASSERT(X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate.get()) == 1);
        // The names of the authorities help a client to choose among its certificates (RFC 8446 §4.2.4).
        if (is_server) SSL_CTX_add_client_CA(context, certificate.get());
    }
    return {};
}

base::Outcome<void> set_trust(SSL_CTX* context, const TlsSettings& settings, bool is_server) {
    if (settings.check == PeerCheck::none) return {};
    if (!settings.authorities && !settings.system_authorities)
        return base::trouble(
            "certificates of peers are to be checked, but nobody is trusted: name a file of authorities, or "
            "those of the system");
    if (settings.authorities)
        if (auto trusted = trust(context, *settings.authorities, is_server); !trusted) return trusted;
    if (settings.system_authorities && SSL_CTX_set_default_verify_paths(context) != 1)
        return base::trouble("the system's authorities cannot be read: " + take_openssl_error() +
                             "; install them (Debian: ca-certificates) or name a file of authorities");
    return {};
}

// Tickets alone: a server remembers nothing of a session. Their keys are this context's, so a reload ends
// them too. The session context tells ours from those of other servers with the same keys, of which there are
// none.
void set_server_sessions(SSL_CTX* context) {
    constexpr std::array<unsigned char, 5> name{'a', 'l', 'm', 'o', 'n'};
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    ALMON_ASSERT(SSL_CTX_set_session_id_context(context, name.data(), name.size()) == 1);
    SSL_CTX_set_num_tickets(context, 1);
}

// Each session is handed to the codec of its connection, which knows the destination.
void set_client_sessions(SSL_CTX* context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, &session_arrived);
}

}  // namespace

struct TlsContext::Contents {
    SslContextPointer openssl;
    std::vector<Identity> identities;

    base::Outcome<void> read_identities(const TlsSettings& settings);
    static int choose_identity(SSL* ssl, int* alert, void* contents);
};

base::Outcome<void> TlsContext::Contents::read_identities(const TlsSettings& settings) {
    for (const auto& texts : settings.identities) {
        auto identity = read_identity(texts);
        if (!identity) return tl::unexpected(std::move(identity.error()));
        identities.push_back(std::move(*identity));
        if (!use_for(std::unique_ptr<SSL, FreeOpenssl>(SSL_new(openssl.get())).get(), identities.back()))
            return base::trouble(std::string(texts.certificates.place)
                                     .append(": OpenSSL does not take this certificate (")
                                     .append(take_openssl_error())
                                     .append("): RSA keys need 2048 bits, signatures SHA-256"));
    }
    if (!identities.empty()) ALMON_ASSERT(use_as_default(openssl.get(), identities.front()));
    return {};
}

// RFC 6066 §3: a name that we do not know is no error, since many phones send whatever they were configured
// with; they see the default and judge for themselves.
int TlsContext::Contents::choose_identity(SSL* ssl, int* alert, void* contents) {
    const auto& identities = static_cast<const Contents*>(contents)->identities;
    const char* const host = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (host == nullptr) return SSL_TLSEXT_ERR_NOACK;
    const auto found =
        std::ranges::find_if(identities, [&](const Identity& identity) { return identity.is_for(host); });
    if (found == identities.end()) return SSL_TLSEXT_ERR_NOACK;
    if (found == identities.begin() || use_for(ssl, *found)) return SSL_TLSEXT_ERR_OK;
    *alert = SSL_AD_INTERNAL_ERROR;
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

TlsContext::TlsContext(std::unique_ptr<Contents> contents, bool is_server, PeerCheck check)
    : contents_(std::move(contents)), is_server_(is_server), check_(check) {}

TlsContext::~TlsContext() = default;

ssl_ctx_st& TlsContext::openssl() const {
    return *contents_->openssl;
}

base::Outcome<std::shared_ptr<const TlsContext>> TlsContext::make(const TlsSettings& settings,
                                                                  bool is_server) {
    ERR_clear_error();
    auto contents = std::make_unique<Contents>();
    contents->openssl.reset(SSL_CTX_new(is_server ? TLS_server_method() : TLS_client_method()));
    auto* const context = contents->openssl.get();
    ALMON_ASSERT(context != nullptr);
    set_rules(context);
    set_verification(context);
    if (auto read = contents->read_identities(settings); !read)
        return tl::unexpected(std::move(read.error()));
    if (auto set = set_trust(context, settings, is_server); !set)
        return tl::unexpected(std::move(set.error()));
    if (is_server) {
        set_server_sessions(context);
        SSL_CTX_set_tlsext_servername_callback(context, &Contents::choose_identity);
        SSL_CTX_set_tlsext_servername_arg(context, contents.get());
    } else {
        set_client_sessions(context);
    }
    return std::shared_ptr<const TlsContext>(new TlsContext(std::move(contents), is_server, settings.check));
}

base::Outcome<std::shared_ptr<const TlsContext>> TlsContext::server(const TlsSettings& settings) {
    if (settings.identities.empty())
        return base::trouble("a TLS server needs a certificate and its private key: `almon cert` makes them");
    return make(settings, true);
}

base::Outcome<std::shared_ptr<const TlsContext>> TlsContext::client(const TlsSettings& settings) {
    ALMON_ASSERT(settings.identities.size() <= 1);
    return make(settings, false);
}

}  // namespace almon::codec
