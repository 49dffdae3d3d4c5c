#include "almon/server/domains.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace almon;
using namespace almon::server;

namespace {

const std::vector<stack::Listener> listeners{
    {sip::Transport::udp, *sip::Endpoint::parse("192.0.2.1:5060"), "192.0.2.1:5060"},
    {sip::Transport::tcp, *sip::Endpoint::parse("[2001:db8::1]:5080"), "[2001:db8::1]:5080"}};

Domains domains(std::vector<std::string> names, std::string realm = {}) {
    auto settings = std::make_shared<Settings>();
    settings->domains = std::move(names);
    settings->realm = std::move(realm);
    return {settings, listeners};
}
bool own(std::string_view uri, std::vector<std::string> names = {"example.com", "127.0.0.1"}) {
    return domains(std::move(names)).own(*sip::Uri::parse(uri));
}
bool knows_as(std::string_view uri, std::string_view key) {
    const auto forms = domains({"example.com"}).addresses_of_record(*sip::Uri::parse(uri));
    return std::ranges::find(forms, key) != forms.end();
}

}  // namespace

TEST_CASE("a domain is ours without a port or with one that we listen on, whatever its case") {
    CHECK(own("sip:bob@example.com"));
    CHECK(own("sip:bob@EXAMPLE.com."));
    CHECK(own("sip:example.com"));
    CHECK(own("sips:bob@example.com"));
    CHECK(own("sip:bob@example.com:5060"));
    CHECK(own("sip:bob@example.com:5080"));
    CHECK_FALSE(own("sip:bob@example.com:5070"));
    CHECK_FALSE(own("sip:bob@sub.example.com"));
    CHECK_FALSE(own("sip:bob@example.org"));
    CHECK_FALSE(own("tel:+12015550123"));
}

TEST_CASE("an address is ours with the port that we listen on there, so a phone on the same host is not us") {
    CHECK(own("sip:bob@192.0.2.1"));
    CHECK(own("sip:bob@192.0.2.1:5060"));
    CHECK_FALSE(own("sip:bob@192.0.2.1:5080"));
    CHECK(own("sip:bob@[2001:DB8::1]:5080"));
    CHECK_FALSE(own("sip:bob@[2001:db8::1]"));
    CHECK_FALSE(own("sip:bob@192.0.2.2"));
    CHECK(own("sip:bob@127.0.0.1"));
    CHECK_FALSE(own("sip:bob@127.0.0.1:6000"));
    CHECK_FALSE(own("sip:bob@127.0.0.1", {"example.com"}));
}

TEST_CASE("a user may be known under the forms that phones write") {
    CHECK(knows_as("sip:bob@example.com:5080", "sip:bob@example.com"));
    CHECK(knows_as("sip:bob@192.0.2.1", "sip:bob@example.com"));
    CHECK(knows_as("sip:bob@192.0.2.1", "sip:bob@192.0.2.1"));
    CHECK(knows_as("sip:bob@[2001:db8::1]:5080", "sip:bob@[2001:db8::1]"));
    CHECK_FALSE(knows_as("sip:bob@example.com", "sip:bob@192.0.2.1"));
}

TEST_CASE("the port that a phone dials is no part of the address-of-record") {
    const auto key = [](std::string_view uri) { return Domains::address_of_record(*sip::Uri::parse(uri)); };
    CHECK(key("sip:alice@127.0.0.1:5070") == "sip:alice@127.0.0.1");
    CHECK(key("sip:alice@127.0.0.1:5060;transport=tcp") == "sip:alice@127.0.0.1");
    CHECK(key("sips:alice@Example.com:5061") == "sip:alice@example.com");
    CHECK(key("sip:alice@[2001:DB8::1]:5080") == "sip:alice@[2001:db8::1]");
    CHECK(key("sip:alice@[2001:db8::1]") == "sip:alice@[2001:db8::1]");
    CHECK(key("sip:a%3ab@example.com:5080") == key("sip:a%3ab@example.com"));
}

TEST_CASE("a URI names a user of ours by user and domain") {
    const auto ours = domains({"example.com"});
    CHECK(ours.names(*sip::Uri::parse("sip:alice@example.com"), "alice@example.com"));
    CHECK(ours.names(*sip::Uri::parse("sip:%61lice@EXAMPLE.com:5060;user=phone"), "alice@example.com"));
    CHECK(ours.names(*sip::Uri::parse("sip:alice@192.0.2.1"), "alice@example.com"));
    CHECK_FALSE(ours.names(*sip::Uri::parse("sip:bob@example.com"), "alice@example.com"));
    CHECK_FALSE(ours.names(*sip::Uri::parse("sip:Alice@example.com"), "alice@example.com"));
    CHECK_FALSE(ours.names(*sip::Uri::parse("sip:example.com"), "alice@example.com"));
}

TEST_CASE("credentials are for us when their realm is the one set, a domain or an address of ours") {
    CHECK(domains({"example.com"}, "office").own_realm("office"));
    CHECK(domains({"example.com"}).own_realm("example.com"));
    CHECK(domains({}).own_realm("192.0.2.1"));
    CHECK_FALSE(domains({"example.com"}).own_realm("example.org"));
    CHECK_FALSE(domains({"example.com"}).own_realm("a realm of words"));
    CHECK_FALSE(domains({"example.com"}).own_realm(""));
}
