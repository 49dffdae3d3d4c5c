#include "almon/codec/certificate.hpp"

#include <doctest/doctest.h>

#include "almon/codec/test_peers.hpp"

using namespace almon;
using namespace almon::codec;

TEST_CASE("a self-signed certificate says what it was made for") {
    const auto made = make_self_signed(CertificateWish::for_hosts(
        {"example.com", "b.example"}, {*base::IpAddress::parse("192.0.2.7")}, a_year_ago, in_a_year));
    REQUIRE_MESSAGE(made, made.error());
    CHECK(made->key.starts_with("-----BEGIN PRIVATE KEY-----"));
    const auto described = describe_certificates({made->certificate, "here"});
    REQUIRE(described);
    const auto& one = described->front();
    CHECK(one.subject == "CN = example.com");
    CHECK(one.issuer == "CN = example.com");
    CHECK(one.names == std::vector<std::string>{"URI:sip:example.com", "URI:sip:b.example", "DNS:example.com",
                                                "DNS:b.example", "IP:192.0.2.7"});
    CHECK(one.from == a_year_ago);
    CHECK(one.until == in_a_year);
    CHECK(one.fingerprint.size() == 95);
}

TEST_CASE("a certificate that an authority signed names it, and both read as one chain") {
    const auto authority = make_authority({.common_name = "Our CA", .from = a_year_ago, .until = in_a_year});
    REQUIRE(authority);
    const auto made = make_signed(wish_for("example.com"), *authority);
    REQUIRE(made);
    const auto chain = describe_certificates({made->certificate + authority->certificate, "here"});
    REQUIRE(chain);
    REQUIRE(chain->size() == 2);
    CHECK(chain->front().issuer == "CN = Our CA");
    CHECK(chain->front().fingerprint != chain->back().fingerprint);
}

TEST_CASE("no two certificates have the same key or fingerprint") {
    const auto one = make_self_signed(wish_for("a.example")), two = make_self_signed(wish_for("a.example"));
    CHECK(one->key != two->key);
    CHECK(one->certificate != two->certificate);
}

TEST_CASE("names that no certificate can hold are refused with a sentence") {
    for (const auto* const name : {"", "a b", "a,DNS:victim.example", "a\nb", "sip:a"}) {
        auto wish = wish_for("a.example");
        wish.dns_names = {name};
        const auto made = make_self_signed(wish);
        REQUIRE_FALSE(made);
        CHECK(made.error().ends_with("is not the name of a domain"));
    }
    auto wish = wish_for("a.example");
    wish.common_name.clear();
    CHECK_FALSE(make_self_signed(wish));
    wish = wish_for("a.example");
    wish.until = wish.from;
    CHECK_FALSE(make_self_signed(wish));
}

TEST_CASE("a domain longer than a common name may be is in the other names whole") {
    const auto domain = std::string(50, 'a') + "." + std::string(50, 'b');
    const auto made = make_self_signed(wish_for(domain));
    REQUIRE_MESSAGE(made, made.error());
    CHECK(describe_certificates({made->certificate, "here"})->front().names.front() == "URI:sip:" + domain);
}

TEST_CASE("what cannot be read is told with its place") {
    CHECK(describe_certificates({"", "cert.pem"}).error() ==
          "cert.pem: there is no certificate: a block -----BEGIN CERTIFICATE----- is needed");
    const auto made = make_self_signed(wish_for("a.example"));
    const auto cut = made->certificate.substr(0, 200);
    CHECK(describe_certificates({cut, "cert.pem"})
              .error()
              .starts_with("cert.pem: certificate 1 cannot be read ("));
    CHECK_FALSE(make_signed(wish_for("a.example"), {made->certificate, "no key"}));
}
