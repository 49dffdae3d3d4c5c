// OpenSSL's errors as the endings that people read in the log.
#pragma once

#include <string>

#include "almon/codec/codec.hpp"

namespace almon::codec {

// An error of OpenSSL's queue (ERR_get_error) during a handshake or after it.
Ending explain_tls_error(unsigned long error);
// Why a certificate is not trusted: one of OpenSSL's X509_V_ERR values. `which` begins the sentence ("the
// certificate of example.com"), `dates` and `issuer` are the certificate's own.
struct Distrust {
    int error;
    std::string which, valid_from, valid_until, issuer;
};
std::string explain(const Distrust& distrust);

}  // namespace almon::codec
