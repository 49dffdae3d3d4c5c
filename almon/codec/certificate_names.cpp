#include "almon/codec/certificate_names.hpp"

#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

#include "almon/codec/openssl.hpp"

namespace almon::codec {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Visible ASCII: a NUL or a blank inside a name is an attempt to be read as two names.
std::string visible_text(const ASN1_STRING* string) {
    const std::string text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
                           static_cast<std::size_t>(ASN1_STRING_length(string)));
    const bool is_visible = std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
    return is_visible ? text : std::string();
}

// RFC 5922 §7.1: no other scheme than sip, no user part, and no wildcard. Port and parameters are not for us.
std::string domain_of_uri(std::string_view uri) {
    if (uri.size() < 4 || canonical_domain(uri.substr(0, 4)) != "sip:") return {};
    const auto rest = uri.substr(4);
    if (rest.find('@') != rest.npos) return {};
    return canonical_domain(rest.substr(0, rest.find_first_of(":;?")));
}

bool is_domain(std::string_view text) {
    return !text.empty() && text.find('*') == text.npos;
}

void add_address(const ASN1_OCTET_STRING* octets, CertificateNames& names) {
    const auto* const data = ASN1_STRING_get0_data(octets);
    if (ASN1_STRING_length(octets) == 4) {
        std::array<std::uint8_t, 4> v4{};
        std::copy_n(data, v4.size(), v4.begin());
        names.addresses.push_back(base::IpAddress::v4(v4));
    } else if (ASN1_STRING_length(octets) == 16) {
        std::array<std::uint8_t, 16> v6{};
        std::copy_n(data, v6.size(), v6.begin());
        names.addresses.push_back(base::IpAddress::v6(v6));
    } else {
        return;
    }
    names.all.push_back("IP:" + base::printed(names.addresses.back()));
}

struct Alternatives {
    CertificateNames names;
    std::vector<std::string> dns;

    void add(const GENERAL_NAME& name) {
        if (name.type == GEN_URI) {
            const auto uri = visible_text(name.d.uniformResourceIdentifier);
            if (const auto domain = domain_of_uri(uri); is_domain(domain)) names.domains.push_back(domain);
            if (!uri.empty()) names.all.push_back("URI:" + uri);
        } else if (name.type == GEN_DNS) {
            const auto text = visible_text(name.d.dNSName);
            if (is_domain(text)) dns.push_back(canonical_domain(text));
            if (!text.empty()) names.all.push_back("DNS:" + text);
        } else if (name.type == GEN_IPADD) {
            add_address(name.d.iPAddress, names);
        }
    }
};

CertificateNames names_of_alternatives(const GENERAL_NAMES& alternatives) {
    Alternatives found;
    for (int i = 0; i < sk_GENERAL_NAME_num(&alternatives); ++i)
        found.add(*sk_GENERAL_NAME_value(&alternatives, i));
    if (found.names.domains.empty()) found.names.domains = std::move(found.dns);
    return std::move(found.names);
}

CertificateNames names_of_subject(const X509& certificate) {
    CertificateNames names;
    const auto* const subject = X509_get_subject_name(&certificate);
    const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at < 0) return names;
    const auto text = visible_text(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    if (text.empty()) return names;
    if (is_domain(text)) names.domains.push_back(canonical_domain(text));
    names.all.push_back("CN:" + text);
    return names;
}

}  // namespace

std::string canonical_domain(std::string_view domain) {
    std::string text(domain.substr(0, domain.size() - (domain.ends_with('.') ? 1 : 0)));
    std::ranges::transform(text, text.begin(), lower);
    return text;
}

bool CertificateNames::matches(std::string_view domain) const {
    const bool is_bracketed = domain.starts_with('[') && domain.ends_with(']');
    const auto literal = is_bracketed ? domain.substr(1, domain.size() - 2) : domain;
    if (const auto address = base::IpAddress::parse(literal))
        return std::ranges::find(addresses, *address) != addresses.end();
    return !domain.empty() && std::ranges::find(domains, canonical_domain(domain)) != domains.end();
}

std::string CertificateNames::listing() const {
    std::string text;
    for (const auto& name : all) text.append(text.empty() ? "" : ", ").append(name);
    return text.empty() ? "nobody" : text;
}

CertificateNames names_of(const X509& certificate) {
    int critical = 0;
    const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> alternatives(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, &critical, nullptr)),
        &GENERAL_NAMES_free);
    if (alternatives) return names_of_alternatives(*alternatives);
    // -1: there is none. Another value: it stands twice or cannot be read, and then nothing else counts.
    return critical == -1 ? names_of_subject(certificate) : CertificateNames();
}

}  // namespace almon::codec
