// Whom a certificate is for, by the rules of SIP (RFC 5922 §7), which are stricter than those of the web.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "almon/base/address.hpp"

namespace almon::codec {

struct CertificateNames {
    // The SIP domain identities, in lower case (RFC 5922 §7.1): the hosts of subjectAltName URIs
    // `sip:domain`; without such, its DNS names; the common name only when there is no subjectAltName at all.
    // Wildcards stand for nothing in SIP (§7.2) and are not here.
    std::vector<std::string> domains;
    // Its IP addresses, for peers that are reached by address.
    std::vector<base::IpAddress> addresses;
    // All names as they stand, for people: "URI:sip:example.com", "DNS:*.example.com", "IP:192.0.2.1".
    std::vector<std::string> all;

    // RFC 5922 §7.2: the whole domain, whatever its case. A numeric address, also in brackets, is sought
    // among the addresses.
    bool matches(std::string_view domain) const;
    // "DNS:a.example, DNS:b.example", or "nobody".
    std::string listing() const;
};

// "Example.COM." and "example.com" are one domain.
std::string canonical_domain(std::string_view domain);

}  // namespace almon::codec
