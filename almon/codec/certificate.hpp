// Certificates for those who have none yet (`almon cert`, the first start), and what a certificate says, for
// people. Keys are ECDSA P-256 from OpenSSL's random source.
#pragma once

#include <string>
#include <vector>

#include "almon/base/address.hpp"
#include "almon/base/result.hpp"
#include "almon/base/time.hpp"
#include "almon/codec/pem.hpp"

namespace almon::codec {

// A certificate and its private key, both as PEM text. Of one that an authority signed, the certificate
// alone: peers know the authority or they do not.
struct CertifiedKey {
    std::string certificate;
    std::string key;
};

struct CertificateWish {
    std::string common_name;               // 1 to 64 characters
    std::vector<std::string> sip_domains;  // URI sip:domain, the identity of RFC 5922 §7.1
    std::vector<std::string> dns_names;    // for WebSocket and for peers that do not know RFC 5922
    std::vector<base::IpAddress> addresses;
    base::WallTime from{};
    base::WallTime until{};

    // With the first of them as common name, and each domain as both kinds of name.
    static CertificateWish for_hosts(const std::vector<std::string>& domains,
                                     const std::vector<base::IpAddress>& addresses, base::WallTime from,
                                     base::WallTime until);
};

// Each error is a sentence: a name that no certificate can hold, or an authority that cannot be read.
base::Outcome<CertifiedKey> make_self_signed(const CertificateWish& wish);
// A small certification authority; the wish's names but the common name do not matter.
base::Outcome<CertifiedKey> make_authority(const CertificateWish& wish);
base::Outcome<CertifiedKey> make_signed(const CertificateWish& wish, const CertifiedKey& authority);

struct CertificateDescription {
    std::string subject;
    std::vector<std::string> names;  // as CertificateNames::all
    std::string issuer;
    base::WallTime from{};
    base::WallTime until{};
    std::string fingerprint;  // SHA-256 of the DER form, as "AB:CD:…" (RFC 8122 §5)
};
// The certificates of a text, in its order; the error names the text's place.
base::Outcome<std::vector<CertificateDescription>> describe_certificates(const PemText& pem);

}  // namespace almon::codec
