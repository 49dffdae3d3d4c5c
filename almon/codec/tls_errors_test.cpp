#include "almon/codec/tls_errors.hpp"

#include <doctest/doctest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

using namespace almon::codec;

namespace {

std::string sentence(int reason) {
    return explain_tls_error(ERR_PACK(ERR_LIB_SSL, 0, reason)).sentence;
}
std::string distrust(int error) {
    return explain({error, "the certificate of a", "day 1", "day 2", "CN = CA"});
}

}  // namespace

TEST_CASE("an alert of the peer is told by name and number") {
    CHECK(sentence(SSL_AD_REASON_OFFSET + SSL_AD_UNKNOWN_CA) ==
          "the peer ended TLS with the alert \"unknown CA\" (48)");
}

TEST_CASE("what is no error of TLS is told all the same") {
    CHECK(explain_tls_error(0).sentence == "TLS failed: no reason given");
    CHECK(explain_tls_error(ERR_PACK(ERR_LIB_EVP, 0, 100)).kind == Ending::Kind::rule_broken);
    CHECK(sentence(SSL_R_BAD_EXTENSION) == "TLS failed: bad extension");
    CHECK(sentence(SSL_R_EXCESSIVE_MESSAGE_SIZE).starts_with("the peer's handshake is larger than allowed"));
}

TEST_CASE("the sentence on a certificate has what an operator looks for") {
    CHECK(distrust(X509_V_ERR_CERT_HAS_EXPIRED) == "the certificate of a expired on day 2");
    CHECK(distrust(X509_V_ERR_CERT_NOT_YET_VALID) == "the certificate of a is not valid before day 1");
    CHECK(distrust(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY).find("(CN = CA)") != std::string::npos);
    CHECK(distrust(X509_V_ERR_CERT_REVOKED) == "the certificate of a is not valid: certificate revoked");
}
