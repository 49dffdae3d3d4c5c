#include "almon/codec/tls_context.hpp"

#include <doctest/doctest.h>

#include "almon/codec/test_tls.hpp"

using namespace almon::codec;

namespace {

std::string server_error(const TlsIdentity& identity) {
    const auto made =
        TlsContext::server({.identities = {identity}, .check = PeerCheck::none, .authorities = {}});
    return made ? "" : made.error();
}

// RSA of 1,024 bits, made with openssl: too weak since 2013.
constexpr auto weak_certificate = R"(-----BEGIN CERTIFICATE-----
MIIB+jCCAWOgAwIBAgIUOGXtTiyLM8Z3smpTjJIY+FRxdaQwDQYJKoZIhvcNAQEL
BQAwDzENMAsGA1UEAwwEd2VhazAeFw0yNjExMjUyMzI5MDhaFw0zNjExMjIyMzI5
MDhaMA8xDTALBgNVBAMMBHdlYWswgZ8wDQYJKoZIhvcNAQEBBQADgY0AMIGJAoGB
AL/zCf9RGCDb2LCpRAo/PfOI2C/ug/LVccKMWPh5SHlKt4RBBtgnFh5PuLloa0Li
zzMsoxzbJTc07uRQC5RhvQSHSLaoqidk7fUXG6RDtUEFHMmP4EbRnTdMOLWU3fxC
3QnhTRJyRmMcTkyO8KNqi+nVFSTf6cmbDbJTAAr39qDVAgMBAAGjUzBRMB0GA1Ud
DgQWBBRUlHUq3jy6bMOoxMWHsQTrSIQnvDAfBgNVHSMEGDAWgBRUlHUq3jy6bMOo
xMWHsQTrSIQnvDAPBgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4GBALkL
PHuLzmzEiEGsG1um90A2wEaaf6O8rmXxm7Na84cLF841y115NFOSxOWR73qO1RNp
0qJ9JeSrkYTo2YVpgmwBHFDK5C9DnBpM6321cGM79V6q4BW5nDV29YFt5tHWFL8v
mXt7MwAqmLO/shyvofmTZPJV3GfBMQbycMcrLbej
-----END CERTIFICATE-----
)";
constexpr auto weak_key = R"(-----BEGIN PRIVATE KEY-----
MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAL/zCf9RGCDb2LCp
RAo/PfOI2C/ug/LVccKMWPh5SHlKt4RBBtgnFh5PuLloa0LizzMsoxzbJTc07uRQ
C5RhvQSHSLaoqidk7fUXG6RDtUEFHMmP4EbRnTdMOLWU3fxC3QnhTRJyRmMcTkyO
8KNqi+nVFSTf6cmbDbJTAAr39qDVAgMBAAECgYEAhOjBnGNHhMEVmsWpkjrWJ8Iy
h4XtIYEAA0jw9iPsteexiMcJ+TOfUh+7dc5Crw6jj/ixfPKVI1PosnhmfDjtCnkk
2sPlAcJQWgQk8ssn9+DP8lq7YccEqDFqJvZSf/wuEm6z84KikoPwAEMfyOTApgoP
VL867OHZlPSvAXhKWKECQQDrWtqeIkpWyojMHi+dbBW17xmDXyJcnTKC3XbQ64fe
tYiaBwY5MoD+rxvF1+R2fIbkfNimSF7nqI3g4272mMbpAkEA0Ml3sCg7m8gKykyX
3jofmVouJv9zL5G3onrRXXxeHYBb3bc2aVhF11DrxhyzTnisM0vkXT2hqnwXs0xO
bdnvDQJBAJiNm4dE0srPHTyxlEuF88yp3u+4ip1dh5Ar3QguozNIl/K++tm4UsTC
3E2xUvU6YnVYN1YRMvMV3mEXCqXtAYECQAlekSVxmMMz5fAQIdySJSrfliSf4A5p
bqE2+8BDPYH7aaP4fdOaZ3/zHLGGRjGmTqv6ouPgSSn6aaHdMcPSPN0CQG9qFS47
IKnHj2uI8bbxhPbzS2kLNpF5YiZhb8fC1sc9wicBFBZISj0e/k72ZQHJeGXZSPE1
hJD4SnLQR5mmP3I=
-----END PRIVATE KEY-----
)";

}  // namespace

TEST_CASE("a context wants the text at fault mended, and says which and how") {
    const auto made = vouched("example.com"), other = vouched("example.com");
    CHECK(server_error(identity(made)).empty());
    CHECK(server_error({{"", "cert.pem"}, {made.key, "key.pem"}})
              .starts_with("cert.pem: there is no certificate"));
    CHECK(server_error({{made.certificate, "cert.pem"}, {"", "key.pem"}})
              .starts_with("key.pem: there is no private key"));
    CHECK(server_error({{made.certificate, "cert.pem"}, {other.key, "key.pem"}})
              .starts_with("key.pem: this private key does not belong to the first certificate of cert.pem"));
    CHECK(server_error({{weak_certificate, "cert.pem"}, {weak_key, "key.pem"}})
              .starts_with("cert.pem: OpenSSL does not take this certificate"));
}

TEST_CASE("a server without a certificate is none") {
    CHECK(TlsContext::server({}).error().starts_with("a TLS server needs a certificate"));
}

TEST_CASE("who checks peers has to trust somebody") {
    TlsSettings settings{.identities = {}, .check = PeerCheck::require, .authorities = {}};
    CHECK(TlsContext::client(settings).error().find("nobody is trusted") != std::string::npos);
    settings.authorities = PemText{"", "ca.pem"};
    CHECK(TlsContext::client(settings).error().starts_with("ca.pem: there is no certificate"));
    settings.authorities.reset();
    settings.system_authorities = true;
    CHECK(TlsContext::client(settings));
}

TEST_CASE("a chain is read and sent whole") {
    const auto made = vouched("example.com");
    const auto chain = made.certificate + test_authority().certificate;
    CHECK(server_error({{chain, "cert.pem"}, {made.key, "key.pem"}}).empty());
}
