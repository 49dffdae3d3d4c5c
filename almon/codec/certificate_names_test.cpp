#include "almon/codec/certificate_names.hpp"

#include <doctest/doctest.h>

#include "almon/codec/certificate.hpp"
#include "almon/codec/openssl.hpp"
#include "almon/codec/test_peers.hpp"

using namespace almon;
using namespace almon::codec;
using Texts = std::vector<std::string>;

namespace {

CertificateNames names_in(const CertificateWish& wish) {
    const auto made = make_self_signed(wish);
    REQUIRE_MESSAGE(made, made.error());
    const auto read = read_certificates({made->certificate, "here"});
    REQUIRE(read);
    return names_of(*read->front());
}

CertificateWish named(Texts sip_domains, Texts dns_names, std::vector<base::IpAddress> addresses = {}) {
    return {.common_name = "cn.example",
            .sip_domains = std::move(sip_domains),
            .dns_names = std::move(dns_names),
            .addresses = std::move(addresses),
            .from = a_year_ago,
            .until = in_a_year};
}

}  // namespace

TEST_CASE("SIP URIs are the identities, and DNS names only without them (RFC 5922 §7.1)") {
    CHECK(names_in(named({"sip.example"}, {"dns.example"})).domains == Texts{"sip.example"});
    CHECK(names_in(named({}, {"dns.example", "b.example"})).domains == Texts{"dns.example", "b.example"});
}

TEST_CASE("the common name counts only when there is no subjectAltName at all") {
    CHECK(names_in(named({}, {})).domains == Texts{"cn.example"});
    CHECK(names_in(named({}, {}, {*base::IpAddress::parse("192.0.2.1")})).domains.empty());
    CHECK(names_in(named({}, {"*.example"})).domains.empty());
}

TEST_CASE("wildcards stand for nothing in SIP, but are shown (RFC 5922 §7.2)") {
    const auto names = names_in(named({}, {"*.example.com"}));
    CHECK_FALSE(names.matches("sip.example.com"));
    CHECK_FALSE(names.matches("*.example.com"));
    CHECK(names.listing() == "DNS:*.example.com");
}

TEST_CASE("domains are compared whole, whatever their case") {
    const auto names = names_in(named({"Example.COM"}, {}));
    CHECK(names.matches("example.com"));
    CHECK(names.matches("EXAMPLE.com."));
    CHECK_FALSE(names.matches("sip.example.com"));
    CHECK_FALSE(names.matches("ample.com"));
    CHECK_FALSE(names.matches(""));
}

TEST_CASE("a numeric destination is sought among the addresses") {
    const auto names = names_in(
        named({}, {}, {*base::IpAddress::parse("192.0.2.1"), *base::IpAddress::parse("2001:db8::1")}));
    CHECK(names.matches("192.0.2.1"));
    CHECK(names.matches("[2001:db8::1]"));
    CHECK(names.matches("2001:db8:0::1"));
    CHECK_FALSE(names.matches("192.0.2.2"));
    CHECK(names.listing() == "IP:192.0.2.1, IP:2001:db8::1");
    CHECK_FALSE(names_in(named({}, {"192.0.2.1"})).matches("192.0.2.1"));
}

TEST_CASE("who has no name is nobody") {
    CHECK(CertificateNames().listing() == "nobody");
}
