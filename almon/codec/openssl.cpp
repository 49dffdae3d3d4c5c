#include "almon/codec/openssl.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <chrono>
#include <cstdio>

#include "almon/base/assert.hpp"

namespace almon::codec {

namespace {

using BioPointer = std::unique_ptr<BIO, FreeOpenssl>;

BioPointer reading(std::string_view text) {
    BioPointer bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    ALMON_ASSERT(bio);
    return bio;
}

// Never asks a terminal.
int no_password(char*, int, int, void*) {
    return -1;
}

tl::unexpected<std::string> trouble_in(const PemText& pem, std::string_view what) {
    return base::trouble(std::string(pem.place).append(": ").append(what));
}

std::string in_one_line(const X509_NAME* name) {
    const BioPointer bio(BIO_new(BIO_s_mem()));
    X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
    char* text = nullptr;
    const auto size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

base::WallTime wall_time(const ASN1_TIME* time) {
    const std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)> epoch(ASN1_TIME_set(nullptr, 0),
                                                                      &ASN1_TIME_free);
    int days = 0;
    int seconds = 0;
    if (ASN1_TIME_diff(&days, &seconds, epoch.get(), time) != 1) return {};
    return base::WallTime(std::chrono::days(days) + std::chrono::seconds(seconds));
}

// The end of a text is an error to OpenSSL too: PEM_R_NO_START_LINE.
bool is_end_of_pem(unsigned long error) {
    return error == 0 || (ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE);
}

}  // namespace

void FreeOpenssl::operator()(bio_st* bio) const {
    BIO_free_all(bio);
}
void FreeOpenssl::operator()(evp_pkey_st* key) const {
    EVP_PKEY_free(key);
}
void FreeOpenssl::operator()(ssl_ctx_st* context) const {
    SSL_CTX_free(context);
}
void FreeOpenssl::operator()(ssl_st* ssl) const {
    SSL_free(ssl);
}
void FreeOpenssl::operator()(x509_st* certificate) const {
    X509_free(certificate);
}

base::Outcome<std::vector<CertificatePointer>> read_certificates(const PemText& pem) {
    ERR_clear_error();
    const auto bio = reading(pem.text);
    std::vector<CertificatePointer> certificates;
    while (auto* const certificate = PEM_read_bio_X509_AUX(bio.get(), nullptr, no_password, nullptr))
        certificates.emplace_back(certificate);
    if (!is_end_of_pem(ERR_peek_last_error()))
        return trouble_in(pem, "certificate " + std::to_string(certificates.size() + 1) +
                                   " cannot be read (" + take_openssl_error() + "): is the file cut short?");
    ERR_clear_error();
    if (certificates.empty())
        return trouble_in(pem, "there is no certificate: a block -----BEGIN CERTIFICATE----- is needed");
    return certificates;
}

base::Outcome<KeyPointer> read_key(const PemText& pem) {
    ERR_clear_error();
    const auto bio = reading(pem.text);
    KeyPointer key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
    ERR_clear_error();
    if (key) return key;
    if (pem.text.find("ENCRYPTED") != pem.text.npos)
        return trouble_in(
            pem,
            "the private key has a password, and nobody is here to type it: write one without by "
            "`openssl pkey -in FILE -out NEW`");
    if (pem.text.find("PRIVATE KEY-----") == pem.text.npos)
        return trouble_in(pem, "there is no private key: a block -----BEGIN PRIVATE KEY----- is needed");
    return trouble_in(pem, "the private key cannot be read: is the file cut short?");
}

std::string subject_of(const x509_st& certificate) {
    return in_one_line(X509_get_subject_name(&certificate));
}
std::string issuer_of(const x509_st& certificate) {
    return in_one_line(X509_get_issuer_name(&certificate));
}
base::WallTime valid_from(const x509_st& certificate) {
    return wall_time(X509_get0_notBefore(&certificate));
}
base::WallTime valid_until(const x509_st& certificate) {
    return wall_time(X509_get0_notAfter(&certificate));
}

std::string readable(base::WallTime time) {
    const auto since_1970 = time.time_since_epoch();
    const auto day = std::chrono::floor<std::chrono::days>(since_1970);
    const std::chrono::year_month_day date{std::chrono::sys_days(day)};
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(since_1970 - day));
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02u %02d:%02d:%02d UTC",
                  static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
    return text.data();
}

std::string take_openssl_error() {
    const auto error = ERR_get_error();
    ERR_clear_error();
    const char* const reason = ERR_reason_error_string(error);
    return reason != nullptr ? reason : "no reason given";
}

}  // namespace almon::codec
