#include "almon/codec/tls_errors.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace almon::codec {

namespace {

using Kind = Ending::Kind;

std::string words_of(unsigned long error) {
    const char* const reason = ERR_reason_error_string(error);
    return reason != nullptr ? reason : "error " + std::to_string(error);
}

std::string name_of(int alert) {
    // OpenSSL 3.0 sends this one, and has no words for it.
    return alert == SSL_AD_CERTIFICATE_REQUIRED ? "certificate required" : SSL_alert_desc_string_long(alert);
}

// OpenSSL notes an alert that came as a reason: its number and a thousand.
Ending explain_alert(int alert) {
    return {Kind::refused_by_peer,
            "the peer ended TLS with the alert \"" + name_of(alert) + "\" (" + std::to_string(alert) + ")"};
}

}  // namespace

Ending explain_tls_error(unsigned long error) {
    const int reason = ERR_GET_REASON(error);
    if (ERR_GET_LIB(error) != ERR_LIB_SSL)
        return {Kind::rule_broken, "TLS failed: " + (error == 0 ? "no reason given" : words_of(error))};
    if (reason > SSL_AD_REASON_OFFSET && reason <= SSL_AD_REASON_OFFSET + 255)
        return explain_alert(reason - SSL_AD_REASON_OFFSET);
    switch (reason) {
        case SSL_R_HTTP_REQUEST:
        case SSL_R_HTTPS_PROXY_REQUEST:
            return {Kind::other_protocol, "the peer speaks plain HTTP where TLS is spoken"};
        case SSL_R_WRONG_VERSION_NUMBER:
        case SSL_R_UNKNOWN_PROTOCOL:
        case SSL_R_UNEXPECTED_MESSAGE:
        case SSL_R_BAD_RECORD_TYPE:
        case SSL_R_PACKET_LENGTH_TOO_LONG:
        case SSL_R_RECORD_LENGTH_MISMATCH:
            return {Kind::other_protocol, "what the peer sends is not TLS (" + words_of(error) +
                                              "): plain SIP, perhaps, where TLS is spoken"};
        case SSL_R_UNSUPPORTED_PROTOCOL:
        case SSL_R_VERSION_TOO_LOW:
            return {Kind::no_agreement, "the peer offers no version of TLS that is sound: 1.2 and 1.3 are"};
        case SSL_R_NO_SHARED_CIPHER:
        case SSL_R_NO_SUITABLE_KEY_SHARE:
        case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
        case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
        case SSL_R_NO_SHARED_GROUPS:
            return {Kind::no_agreement, "the peer offers no cipher, group or signature that is sound (" +
                                            words_of(error) + "): ECDHE with AES-GCM or ChaCha20 is wanted"};
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
            return {Kind::untrusted, "the peer shows no certificate, and one is required"};
        case SSL_R_EXCESSIVE_MESSAGE_SIZE:
        case SSL_R_DATA_LENGTH_TOO_LONG:
            return {Kind::too_large, "the peer's handshake is larger than allowed (" + words_of(error) + ")"};
        default: return {Kind::rule_broken, "TLS failed: " + words_of(error)};
    }
}

std::string explain(const Distrust& distrust) {
    switch (distrust.error) {
        case X509_V_ERR_CERT_HAS_EXPIRED: return distrust.which + " expired on " + distrust.valid_until;
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return distrust.which + " is not valid before " + distrust.valid_from;
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return distrust.which + " is signed by itself, and not among those that are trusted";
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            return distrust.which + " is signed by an authority that is not trusted (" + distrust.issuer +
                   "), or the peer does not send the certificates between";
        default: return distrust.which + " is not valid: " + X509_verify_cert_error_string(distrust.error);
    }
}

}  // namespace almon::codec
