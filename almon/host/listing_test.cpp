#include "almon/host/listing.hpp"

#include <doctest/doctest.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <vector>

using namespace almon;
using namespace almon::host;
using namespace std::chrono_literals;

TEST_CASE("a binding is listed with what is left of its time, an expired one is not") {
    const base::Instant now{100s};
    const auto phone = *sip::Endpoint::parse("192.0.2.4:5062");
    const std::vector<server::Binding> bindings{{.contact = "sip:bob@192.0.2.4",
                                                 .parameters = ";+sip.instance=\"<urn:uuid:1>\"",
                                                 .call_id = "call",
                                                 .path = {},
                                                 .expires = now + 59'001ms,
                                                 .flow = {sip::Transport::tcp, {}, phone, {}},
                                                 .cseq = 7,
                                                 .q = 500},
                                                {.contact = "sip:bob@192.0.2.5",
                                                 .parameters = {},
                                                 .call_id = "old",
                                                 .path = {},
                                                 .expires = now,
                                                 .flow = {}}};
    boost::json::array rows;
    list_bindings(*server::AorRecord::pack("sip:bob@example.com", bindings), now, rows);
    CHECK(boost::json::serialize(rows) ==
          R"([{"aor":"sip:bob@example.com","contact":"sip:bob@192.0.2.4","expires":60,"q":5E-1,)"
          R"("transport":"tcp","received_from":"192.0.2.4:5062","call_id":"call","cseq":7,)"
          R"("instance":"\"<urn:uuid:1>\""}])");
}

TEST_CASE("a person means an address-of-record by its user, with or without domain and scheme") {
    for (const auto* wanted : {"", "alice", "alice@example.com", "sip:alice@example.com"})
        CHECK(is_meant("sip:alice@example.com", wanted));
    for (const auto* other : {"ali", "bob", "alice@example.net", "example.com", "sip:alice"})
        CHECK_FALSE(is_meant("sip:alice@example.com", other));
    CHECK(is_meant("tel:+12015550123", "+12015550123"));
}

TEST_CASE("an account comes back from the store as it went in") {
    using sip::digest::Algorithm;
    const sip::digest::Secret secret("alice", "example.com", "zanzibar");
    const auto stored = subscriber_of("alice", "example.com", secret);
    CHECK(stored.user == "alice");
    CHECK(stored.ha1_md5.size() == 32);
    for (const auto algorithm : {Algorithm::md5, Algorithm::sha256, Algorithm::sha512_256})
        CHECK(secret_of(stored).ha1(algorithm) == secret.ha1(algorithm));
    auto partly = stored;
    partly.ha1_md5.clear();
    CHECK_FALSE(secret_of(partly).ha1(Algorithm::md5));
    CHECK(secret_of(partly).ha1(Algorithm::sha256) == secret.ha1(Algorithm::sha256));
    CHECK_FALSE(secret_of({}).ha1(Algorithm::md5));
}
