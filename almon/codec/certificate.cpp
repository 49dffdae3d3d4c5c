#include "almon/codec/certificate.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

#include "almon/base/assert.hpp"
#include "almon/codec/openssl.hpp"

namespace almon::codec {

namespace {

enum class Purpose { authority, end_entity };

struct Signer {
    const X509* certificate;
    EVP_PKEY* key;
};

template <class Write>
std::string pem_text(Write write) {
    const std::unique_ptr<BIO, FreeOpenssl> bio(BIO_new(BIO_s_mem()));
    ALMON_ASSERT(bio && write(bio.get()) == 1);
    char* text = nullptr;
    const auto size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

CertifiedKey in_pem(X509* certificate, EVP_PKEY* key) {
    return {.certificate = pem_text([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); }),
            .key = pem_text([&](BIO* bio) {
                return PEM_write_bio_PKCS8PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
            })};
}

// 159 random bits: RFC 5280 §4.1.2.2 wants a positive number of at most 20 octets.
void give_serial_number(X509* certificate) {
    std::array<unsigned char, 20> octets{};
    ALMON_ASSERT(RAND_bytes(octets.data(), octets.size()) == 1);
    octets[0] &= 0x7f;
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> number(BN_bin2bn(octets.data(), octets.size(), nullptr),
                                                             &BN_free);
    ALMON_ASSERT(number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr);
}

bool set_time(ASN1_TIME* field, base::WallTime time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    return ASN1_TIME_set(field, seconds) != nullptr;
}

void add_extension(X509* certificate, const Signer& signer, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, const_cast<X509*>(signer.certificate), certificate, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
        X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()), &X509_EXTENSION_free);
    ALMON_ASSERT(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

// Letters, digits and what else domains hold: these texts go through OpenSSL's own little language, where a
// comma begins another name.
bool is_domain(std::string_view text) {
    return !text.empty() && text.size() <= 253 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '.' || c == '_' || c == '*';
    });
}

std::string alternatives(const CertificateWish& wish) {
    std::string text;
    const auto add = [&](std::string_view kind, std::string_view name) {
        text.append(text.empty() ? "" : ",").append(kind).append(name);
    };
    for (const auto& domain : wish.sip_domains) add("URI:sip:", domain);
    for (const auto& name : wish.dns_names) add("DNS:", name);
    for (const auto& address : wish.addresses) add("IP:", base::printed(address));
    return text;
}

void add_extensions(X509* certificate, const Signer& signer, Purpose purpose, const CertificateWish& wish) {
    const bool is_authority = purpose == Purpose::authority;
    add_extension(certificate, signer, NID_basic_constraints,
                  is_authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    add_extension(certificate, signer, NID_key_usage,
                  is_authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
    add_extension(certificate, signer, NID_subject_key_identifier, "hash");
    if (signer.certificate != certificate)
        add_extension(certificate, signer, NID_authority_key_identifier, "keyid");
    if (is_authority) return;
    // Both: a proxy is a server to some of its peers and a client to others.
    add_extension(certificate, signer, NID_ext_key_usage, "serverAuth,clientAuth");
    if (const auto names = alternatives(wish); !names.empty())
        add_extension(certificate, signer, NID_subject_alt_name, names);
}

base::Outcome<void> check(const CertificateWish& wish) {
    if (wish.common_name.empty() || wish.common_name.size() > ub_common_name)
        return base::trouble("a certificate's common name has 1 to 64 characters, \"" + wish.common_name +
                             "\" has " + std::to_string(wish.common_name.size()));
    for (const auto* const names : {&wish.sip_domains, &wish.dns_names})
        for (const auto& name : *names)
            if (!is_domain(name)) return base::trouble("\"" + name + "\" is not the name of a domain");
    if (wish.from >= wish.until) return base::trouble("a certificate has to begin before it ends");
    return {};
}

base::Outcome<void> fill_in(X509* certificate, const CertificateWish& wish) {
    X509_set_version(certificate, X509_VERSION_3);
    give_serial_number(certificate);
    if (!set_time(X509_getm_notBefore(certificate), wish.from) ||
        !set_time(X509_getm_notAfter(certificate), wish.until))
        return base::trouble("no certificate can hold these dates");
    const auto* const name = reinterpret_cast<const unsigned char*>(wish.common_name.data());
    if (X509_NAME_add_entry_by_NID(X509_get_subject_name(certificate), NID_commonName, MBSTRING_UTF8, name,
                                   static_cast<int>(wish.common_name.size()), -1, 0) != 1)
        return base::trouble("\"" + wish.common_name + "\" is no common name: " + take_openssl_error());
    return {};
}

// Without a signer it signs itself.
base::Outcome<CertifiedKey> make(const CertificateWish& wish, Purpose purpose, const Signer* signer) {
    if (auto sound = check(wish); !sound) return tl::unexpected(sound.error());
    const KeyPointer key(EVP_EC_gen("P-256"));
    const CertificatePointer certificate(X509_new());
    ALMON_ASSERT(key && certificate);
    if (auto filled = fill_in(certificate.get(), wish); !filled) return tl::unexpected(filled.error());
    const Signer self{certificate.get(), key.get()};
    const Signer& by = signer != nullptr ? *signer : self;
    ALMON_ASSERT(X509_set_issuer_name(certificate.get(), X509_get_subject_name(by.certificate)) == 1 &&
                 X509_set_pubkey(certificate.get(), key.get()) == 1);
    add_extensions(certificate.get(), by, purpose, wish);
    if (X509_sign(certificate.get(), by.key, EVP_sha256()) == 0)
        return base::trouble("the authority's key cannot sign: " + take_openssl_error());
    return in_pem(certificate.get(), key.get());
}

std::string fingerprint_of(const X509& certificate) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    ALMON_ASSERT(X509_digest(&certificate, EVP_sha256(), digest.data(), &size) == 1);
    constexpr auto digits = "0123456789ABCDEF";
    std::string text;
    for (unsigned int i = 0; i < size; ++i) {
        if (i > 0) text.push_back(':');
        text.push_back(digits[digest[i] >> 4]);
        text.push_back(digits[digest[i] & 15]);
    }
    return text;
}

CertificateDescription describe(const X509& certificate) {
    return {.subject = subject_of(certificate),
            .names = names_of(certificate).all,
            .issuer = issuer_of(certificate),
            .from = valid_from(certificate),
            .until = valid_until(certificate),
            .fingerprint = fingerprint_of(certificate)};
}

}  // namespace

CertificateWish CertificateWish::for_hosts(const std::vector<std::string>& domains,
                                           const std::vector<base::IpAddress>& addresses, base::WallTime from,
                                           base::WallTime until) {
    CertificateWish wish{
        .sip_domains = domains, .dns_names = domains, .addresses = addresses, .from = from, .until = until};
    if (!domains.empty())
        wish.common_name = domains.front();
    else if (!addresses.empty())
        wish.common_name = base::printed(addresses.front());
    // Longer names stand in the subjectAltName alone, which is where peers look.
    if (wish.common_name.size() > ub_common_name) wish.common_name.resize(ub_common_name);
    return wish;
}

base::Outcome<CertifiedKey> make_self_signed(const CertificateWish& wish) {
    return make(wish, Purpose::end_entity, nullptr);
}

base::Outcome<CertifiedKey> make_authority(const CertificateWish& wish) {
    return make(wish, Purpose::authority, nullptr);
}

base::Outcome<CertifiedKey> make_signed(const CertificateWish& wish, const CertifiedKey& authority) {
    const auto certificates = read_certificates({authority.certificate, "the authority's certificate"});
    if (!certificates) return tl::unexpected(certificates.error());
    const auto key = read_key({authority.key, "the authority's key"});
    if (!key) return tl::unexpected(key.error());
    const Signer signer{certificates->front().get(), key->get()};
    return make(wish, Purpose::end_entity, &signer);
}

base::Outcome<std::vector<CertificateDescription>> describe_certificates(const PemText& pem) {
    const auto certificates = read_certificates(pem);
    if (!certificates) return tl::unexpected(certificates.error());
    std::vector<CertificateDescription> descriptions;
    for (const auto& certificate : *certificates) descriptions.push_back(describe(*certificate));
    return descriptions;
}

}  // namespace almon::codec
