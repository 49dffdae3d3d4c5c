// What the source files of this folder share of OpenSSL. Its types are only declared here: no header includes
// one of OpenSSL's, and no other header of ours includes this one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "almon/base/result.hpp"
#include "almon/base/time.hpp"
#include "almon/codec/certificate_names.hpp"
#include "almon/codec/pem.hpp"

struct bio_st;
struct evp_pkey_st;
struct ssl_ctx_st;
struct ssl_session_st;
struct ssl_st;
struct x509_st;

namespace almon::codec {

struct FreeOpenssl {
    void operator()(bio_st* bio) const;
    void operator()(evp_pkey_st* key) const;
    void operator()(ssl_ctx_st* context) const;
    void operator()(ssl_st* ssl) const;
    void operator()(x509_st* certificate) const;
};
using CertificatePointer = std::unique_ptr<x509_st, FreeOpenssl>;
using KeyPointer = std::unique_ptr<evp_pkey_st, FreeOpenssl>;
using SslPointer = std::unique_ptr<ssl_st, FreeOpenssl>;
using SslContextPointer = std::unique_ptr<ssl_ctx_st, FreeOpenssl>;

// All certificates of a text, one at least; the error says what is wrong in which of them.
base::Outcome<std::vector<CertificatePointer>> read_certificates(const PemText& pem);
// A private key without a password.
base::Outcome<KeyPointer> read_key(const PemText& pem);

CertificateNames names_of(const x509_st& certificate);
// "CN = example.com, O = Example", as OpenSSL's own tools write it.
std::string subject_of(const x509_st& certificate);
std::string issuer_of(const x509_st& certificate);
base::WallTime valid_from(const x509_st& certificate);
base::WallTime valid_until(const x509_st& certificate);
// "2027-01-31 12:00:00 UTC".
std::string readable(base::WallTime time);
// OpenSSL calls it with each session that a client gets: it goes to the codec of that connection.
int session_arrived(ssl_st* ssl, ssl_session_st* session);
// The oldest error that OpenSSL has noted in this thread, in its words; all are forgotten.
std::string take_openssl_error();

}  // namespace almon::codec
