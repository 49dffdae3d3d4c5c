// TLS (RFC 8446, RFC 5246) as a codec, with certificates judged by the rules of SIP (RFC 5922, RFC 5924).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "almon/base/time.hpp"
#include "almon/codec/certificate_names.hpp"
#include "almon/codec/codec.hpp"
#include "almon/codec/tls_context.hpp"
#include "almon/codec/tls_sessions.hpp"

struct bio_st;  // OpenSSL's: where its octets come from and go to
struct ssl_session_st;
struct ssl_st;
struct x509_store_ctx_st;

namespace almon::codec {

// Of one thread. Dates of certificates are judged by the time that is handed in; the ages of sessions by
// OpenSSL's own clock, and its randomness is its own too.
class TlsCodec final : public Codec {
 public:
    static std::unique_ptr<TlsCodec> server(std::shared_ptr<const TlsContext> context, base::WallTime wall);
    // `domain` is what the certificate has to be for (RFC 5922 §7.3), and, unless numeric, what the server is
    // told by SNI. `sessions` are borrowed.
    static std::unique_ptr<TlsCodec> client(std::shared_ptr<const TlsContext> context,
                                            std::string_view domain, base::WallTime wall,
                                            TlsSessions* sessions = nullptr);
    ~TlsCodec() override;

    void start(CodecUser& user) override;
    void received(std::string_view octets) override;
    void send(std::string_view octets) override;
    void close() override;

    // The identities of the peer that its certificate proves; empty when it showed none or one that is not
    // verified. From opened() on.
    CertificateNames peer() const;
    // "TLSv1.3 TLS_AES_256_GCM_SHA384", for status pages. From opened() on.
    std::string description() const;
    // Whether the handshake went on from a session of before, without certificates.
    bool is_resumed() const;

 private:
    enum class Stage : std::uint8_t { handshake, open, ended };
    friend struct TlsWire;

    TlsCodec(std::shared_ptr<const TlsContext> context, std::string_view domain, base::WallTime wall,
             TlsSessions* sessions);

    void set_verification();
    void offer_session();
    void keep_session(ssl_session_st& session);
    int verified(int is_sound, x509_store_ctx_st& chain);
    std::string judge_leaf(x509_store_ctx_st& chain) const;
    std::string which_certificate() const;

    void shake_hands();
    void handshake_done();
    void read_records();
    void write_records(std::string_view octets);
    void fail(int openssl_result);
    void end(const Ending& ending);

    // Longest-lived first: `ssl_` refers to the context.
    std::shared_ptr<const TlsContext> context_;
    std::unique_ptr<ssl_st, void (*)(ssl_st*)> ssl_;
    CodecUser* user_ = nullptr;
    TlsSessions* sessions_;
    base::WallTime wall_;
    std::string domain_;    // of a client
    std::string kept_;      // what was sent before the handshake is done
    std::string distrust_;  // why the certificate is not trusted
    int distrust_error_ = 0;
    std::string_view incoming_;  // what received() was given and OpenSSL has not taken yet
    std::size_t handshake_octets_ = 0;
    Stage stage_ = Stage::handshake;
};

}  // namespace almon::codec
