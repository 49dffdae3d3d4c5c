#include "almon/codec/tls_codec.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <climits>
#include <utility>

#include "almon/base/assert.hpp"
#include "almon/codec/openssl.hpp"
#include "almon/codec/tls_errors.hpp"

namespace almon::codec {

namespace limits = base::limits;

namespace {

// The largest record (RFC 8446 §5.1).
constexpr std::size_t record_octets = 16'384;

long seconds(base::WallTime wall) {
    return std::chrono::floor<std::chrono::seconds>(wall).time_since_epoch().count();
}

bool is_numeric(std::string_view domain) {
    return domain.starts_with('[') || base::IpAddress::parse(domain).has_value();
}

bool is_date_good(const X509& certificate, base::WallTime wall) {
    return valid_from(certificate) <= wall && wall <= valid_until(certificate);
}

// RFC 5924 §4: a certificate that is restricted to purposes has to have one of SIP's, or any. Those of web
// servers and web clients count too: public authorities issue no other, and a proxy is both.
bool is_for_sip(X509& certificate) {
    constexpr auto sip_domain = "1.3.6.1.5.5.7.3.20";  // id-kp-sipDomain
    if ((X509_get_extension_flags(&certificate) & EXFLAG_XKUSAGE) == 0) return true;
    if ((X509_get_extended_key_usage(&certificate) & (XKU_SSL_SERVER | XKU_SSL_CLIENT | XKU_ANYEKU)) != 0)
        return true;
    const std::unique_ptr<EXTENDED_KEY_USAGE, decltype(&EXTENDED_KEY_USAGE_free)> purposes(
        static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(&certificate, NID_ext_key_usage, nullptr, nullptr)),
        &EXTENDED_KEY_USAGE_free);
    const std::unique_ptr<ASN1_OBJECT, decltype(&ASN1_OBJECT_free)> wanted(OBJ_txt2obj(sip_domain, 1),
                                                                           &ASN1_OBJECT_free);
    for (int i = 0; purposes && i < sk_ASN1_OBJECT_num(purposes.get()); ++i)
        if (OBJ_cmp(sk_ASN1_OBJECT_value(purposes.get(), i), wanted.get()) == 0) return true;
    return false;
}

TlsCodec& codec_of(const SSL* ssl) {
    return *static_cast<TlsCodec*>(SSL_get_app_data(ssl));
}

std::string serialized(SSL_SESSION& session) {
    std::string octets(static_cast<std::size_t>(std::max(i2d_SSL_SESSION(&session, nullptr), 0)), '\0');
    auto* at = reinterpret_cast<unsigned char*>(octets.data());
    if (!octets.empty()) i2d_SSL_SESSION(&session, &at);
    return octets;
}

using SessionPointer = std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)>;

SessionPointer parsed(const std::string& octets) {
    const auto* at = reinterpret_cast<const unsigned char*>(octets.data());
    return {d2i_SSL_SESSION(nullptr, &at, static_cast<long>(octets.size())), &SSL_SESSION_free};
}

}  // namespace

// What OpenSSL calls. Its BIO takes octets straight from those that received() was given and hands others
// straight to the user: nothing is kept in between.
struct TlsWire {
    static int read(BIO* bio, char* buffer, int size) {
        auto& codec = *static_cast<TlsCodec*>(BIO_get_data(bio));
        BIO_clear_retry_flags(bio);
        const auto taken = std::min(codec.incoming_.size(), static_cast<std::size_t>(size));
        if (codec.stage_ == TlsCodec::Stage::handshake) {
            codec.handshake_octets_ += taken;
            if (codec.handshake_octets_ > limits::tls_handshake_octets) return -1;
        }
        if (taken == 0) {
            BIO_set_retry_read(bio);
            return -1;
        }
        codec.incoming_.copy(buffer, taken);
        codec.incoming_.remove_prefix(taken);
        return static_cast<int>(taken);
    }

    static int write(BIO* bio, const char* octets, int size) {
        auto& codec = *static_cast<TlsCodec*>(BIO_get_data(bio));
        codec.user_->encoded({octets, static_cast<std::size_t>(size)});
        return size;
    }

    static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

    static const BIO_METHOD* method() {
        static const BIO_METHOD* const made = [] {
            auto* const type = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "almon codec");
            ALMON_ASSERT(type != nullptr && BIO_meth_set_read(type, &read) == 1 &&
                         BIO_meth_set_write(type, &write) == 1 && BIO_meth_set_ctrl(type, &control) == 1);
            return type;
        }();
        return made;
    }

    static BIO* open(TlsCodec& codec) {
        BIO* const bio = BIO_new(method());
        ALMON_ASSERT(bio != nullptr);
        BIO_set_data(bio, &codec);
        BIO_set_init(bio, 1);
        return bio;
    }

    static int verify(int is_sound, X509_STORE_CTX* chain) {
        const auto* const ssl =
            static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
        return codec_of(ssl).verified(is_sound, *chain);
    }

    static void keep_session(SSL* ssl, SSL_SESSION& session) { codec_of(ssl).keep_session(session); }
};

int session_arrived(SSL* ssl, SSL_SESSION* session) {
    TlsWire::keep_session(ssl, *session);
    return 0;  // the reference stays OpenSSL's
}

std::unique_ptr<TlsCodec> TlsCodec::server(std::shared_ptr<const TlsContext> context, base::WallTime wall) {
    ALMON_ASSERT(context->is_server());
    return std::unique_ptr<TlsCodec>(new TlsCodec(std::move(context), {}, wall, nullptr));
}

std::unique_ptr<TlsCodec> TlsCodec::client(std::shared_ptr<const TlsContext> context, std::string_view domain,
                                           base::WallTime wall, TlsSessions* sessions) {
    ALMON_ASSERT(!context->is_server());
    return std::unique_ptr<TlsCodec>(new TlsCodec(std::move(context), domain, wall, sessions));
}

TlsCodec::TlsCodec(std::shared_ptr<const TlsContext> context, std::string_view domain, base::WallTime wall,
                   TlsSessions* sessions)
    : context_(std::move(context)),
      ssl_(SSL_new(&context_->openssl()), &SSL_free),
      sessions_(sessions),
      wall_(wall),
      domain_(canonical_domain(domain)) {
    auto* const ssl = ssl_.get();
    ALMON_ASSERT(ssl != nullptr);
    SSL_set_app_data(ssl, this);
    auto* const bio = TlsWire::open(*this);
    SSL_set_bio(ssl, bio, bio);
    set_verification();
    if (context_->is_server()) {
        SSL_set_accept_state(ssl);
        return;
    }
    SSL_set_connect_state(ssl);
    if (!domain_.empty() && !is_numeric(domain_)) SSL_set_tlsext_host_name(ssl, domain_.c_str());
    if (sessions_ != nullptr) offer_session();
}

TlsCodec::~TlsCodec() = default;

void TlsCodec::set_verification() {
    const auto check = context_->check();
    if (check == PeerCheck::none) return SSL_set_verify(ssl_.get(), SSL_VERIFY_NONE, nullptr);
    const int mode = SSL_VERIFY_PEER | (check == PeerCheck::require ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0);
    SSL_set_verify(ssl_.get(), mode, &TlsWire::verify);
    X509_VERIFY_PARAM_set_time(SSL_get0_param(ssl_.get()), seconds(wall_));
}

// --- sessions
// -----------------------------------------------------------------------------------------------

// Resuming asks for no certificate, so the one of then has to be good now, and for this domain.
void TlsCodec::offer_session() {
    const auto octets = sessions_->take(domain_);
    if (octets.empty()) return;
    const auto session = parsed(octets);
    ERR_clear_error();
    if (!session) return;
    const auto* const certificate = SSL_SESSION_get0_peer(session.get());
    if (context_->check() != PeerCheck::none &&
        (certificate == nullptr || !is_date_good(*certificate, wall_) ||
         !names_of(*certificate).matches(domain_)))
        return;
    SSL_set_session(ssl_.get(), session.get());
}

void TlsCodec::keep_session(SSL_SESSION& session) {
    if (sessions_ == nullptr || SSL_SESSION_is_resumable(&session) != 1) return;
    if (auto octets = serialized(session); !octets.empty()) sessions_->keep(domain_, std::move(octets));
}

// --- whom we trust
// ------------------------------------------------------------------------------------------

// OpenSSL asks for each certificate of the chain, the leaf last. What `request` lets pass is remembered as
// not verified, also in the session that may be resumed.
int TlsCodec::verified(int is_sound, X509_STORE_CTX& chain) {
    if (is_sound == 0 && distrust_error_ == 0) {
        distrust_error_ = X509_STORE_CTX_get_error(&chain);
        const auto* const certificate = X509_STORE_CTX_get_current_cert(&chain);
        Distrust distrust{.error = distrust_error_, .which = which_certificate()};
        if (certificate != nullptr) {
            distrust.valid_from = readable(valid_from(*certificate));
            distrust.valid_until = readable(valid_until(*certificate));
            distrust.issuer = issuer_of(*certificate);
            if (X509_STORE_CTX_get_error_depth(&chain) > 0)
                distrust.which += ": that of its authority (" + subject_of(*certificate) + ")";
        }
        distrust_ = explain(distrust);
    }
    if (distrust_error_ == 0 && X509_STORE_CTX_get_error_depth(&chain) == 0) {
        distrust_ = judge_leaf(chain);
        if (!distrust_.empty()) distrust_error_ = X509_V_ERR_APPLICATION_VERIFICATION;
    }
    if (distrust_error_ == 0) return 1;
    X509_STORE_CTX_set_error(&chain, distrust_error_);
    return context_->check() == PeerCheck::request ? 1 : 0;
}

std::string TlsCodec::judge_leaf(X509_STORE_CTX& chain) const {
    auto& leaf = *X509_STORE_CTX_get_current_cert(&chain);
    if (!is_for_sip(leaf))
        return which_certificate() + " is not for SIP nor for servers or clients (RFC 5924 §4)";
    if (context_->is_server()) return {};
    const auto names = names_of(leaf);
    if (names.matches(domain_)) return {};
    return which_certificate() + " is for " + names.listing() + " (RFC 5922 §7.2: whole names, no wildcards)";
}

std::string TlsCodec::which_certificate() const {
    return domain_.empty() ? "the certificate of the peer" : "the certificate of " + domain_;
}

CertificateNames TlsCodec::peer() const {
    const auto* const certificate = SSL_get0_peer_certificate(ssl_.get());
    const bool is_verified =
        context_->check() != PeerCheck::none && SSL_get_verify_result(ssl_.get()) == X509_V_OK;
    return certificate != nullptr && is_verified ? names_of(*certificate) : CertificateNames();
}

std::string TlsCodec::description() const {
    return std::string(SSL_get_version(ssl_.get())).append(" ").append(SSL_get_cipher_name(ssl_.get()));
}

bool TlsCodec::is_resumed() const {
    return SSL_session_reused(ssl_.get()) == 1;
}

// --- octets
// -------------------------------------------------------------------------------------------------

void TlsCodec::start(CodecUser& user) {
    user_ = &user;
    if (!context_->is_server()) shake_hands();
}

void TlsCodec::received(std::string_view octets) {
    if (stage_ == Stage::ended) return;
    incoming_ = octets;
    if (stage_ == Stage::handshake) shake_hands();
    if (stage_ == Stage::open) read_records();
    incoming_ = {};
}

void TlsCodec::shake_hands() {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) return handshake_done();
    if (SSL_get_error(ssl_.get(), result) != SSL_ERROR_WANT_READ) fail(result);
}

void TlsCodec::handshake_done() {
    const auto* const certificate = SSL_get0_peer_certificate(ssl_.get());
    // A ticket may outlive the certificate that it stands for.
    if (is_resumed() && context_->check() == PeerCheck::require &&
        (certificate == nullptr || !is_date_good(*certificate, wall_))) {
        SSL_shutdown(ssl_.get());
        return end(
            {Ending::Kind::untrusted, which_certificate() + ", of the session that it resumes, has expired"});
    }
    // TLS 1.2 sessions may be used again, and their server need not hand out another.
    if (is_resumed() && SSL_version(ssl_.get()) == TLS1_2_VERSION) keep_session(*SSL_get_session(ssl_.get()));
    stage_ = Stage::open;
    // Before opened(), in which the user may send more.
    write_records(std::exchange(kept_, {}));
    if (stage_ == Stage::open) user_->opened();
}

void TlsCodec::read_records() {
    std::array<char, record_octets> plain;  // NOLINT: not worth filling, OpenSSL does
    while (stage_ == Stage::open) {
        ERR_clear_error();
        const int result = SSL_read(ssl_.get(), plain.data(), plain.size());
        if (result > 0)
            user_->decoded({plain.data(), static_cast<std::size_t>(result)});
        else if (SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ)
            return;
        else
            fail(result);
    }
}

void TlsCodec::send(std::string_view octets) {
    if (stage_ == Stage::open) return write_records(octets);
    if (stage_ == Stage::ended) return;
    if (octets.size() > limits::codec_kept_octets - kept_.size())
        return end({Ending::Kind::too_large, "too much waits to be sent until the TLS handshake is done"});
    kept_.append(octets);
}

void TlsCodec::write_records(std::string_view octets) {
    while (!octets.empty()) {
        const auto size = std::min<std::size_t>(octets.size(), INT_MAX);
        ERR_clear_error();
        const int result = SSL_write(ssl_.get(), octets.data(), static_cast<int>(size));
        if (result <= 0) return fail(result);
        octets.remove_prefix(static_cast<std::size_t>(result));
    }
}

void TlsCodec::close() {
    if (stage_ == Stage::ended) return;
    if (stage_ == Stage::open) SSL_shutdown(ssl_.get());
    ERR_clear_error();
    end({Ending::Kind::closed, "we closed TLS"});
}

void TlsCodec::fail(int openssl_result) {
    if (SSL_get_error(ssl_.get(), openssl_result) == SSL_ERROR_ZERO_RETURN) {
        SSL_shutdown(ssl_.get());  // the peer's farewell deserves ours (RFC 8446 §6.1)
        return end({Ending::Kind::closed_by_peer, "the peer closed TLS"});
    }
    if (stage_ == Stage::handshake && handshake_octets_ > limits::tls_handshake_octets)
        return end({Ending::Kind::too_large, "the peer's handshake is longer than allowed (" +
                                                 std::to_string(limits::tls_handshake_octets) + " octets)"});
    const auto error = ERR_get_error();
    ERR_clear_error();
    if (!distrust_.empty() && ERR_GET_REASON(error) == SSL_R_CERTIFICATE_VERIFY_FAILED)
        return end({Ending::Kind::untrusted, distrust_});
    end(explain_tls_error(error));
}

void TlsCodec::end(const Ending& ending) {
    stage_ = Stage::ended;
    user_->ended(ending);
}

}  // namespace almon::codec
