#include "almon/server/binding.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace almon;
using namespace almon::server;
using namespace std::chrono_literals;

namespace {

constexpr base::Instant start{1'000s};

Binding binding(std::string_view contact, std::string_view parameters = {}) {
    Binding made;
    made.contact = contact;
    made.parameters = parameters;
    made.call_id = "call@host";
    made.expires = start + 60s;
    made.flow = {sip::Transport::tcp,
                 *sip::Endpoint::parse("192.0.2.1:5060"),
                 *sip::Endpoint::parse("[2001:db8::9]:40000"),
                 {3, 4, 1}};
    made.cseq = 17;
    made.q = 700;
    return made;
}

}  // namespace

TEST_CASE("a packed record gives back every part of every binding") {
    auto first =
        binding("sip:alice@192.0.2.7;transport=tcp?Route=%3Csip:x%3E", ";q=0.7;+sip.instance=\"<urn:a>\"");
    first.path = "<sip:edge.example.com;lr>";
    auto second = binding("mailto:alice@example.com");
    second.expires = start + 30s;
    const std::vector bindings{first, second};
    const auto record = AorRecord::pack("sip:alice@example.com", bindings);
    CHECK(record->aor() == "sip:alice@example.com");
    REQUIRE(record->size() == 2);
    CHECK(record->earliest_expiry() == second.expires);
    auto read = record->bindings().begin();
    for (const auto& expected : bindings) {
        CHECK(read->contact == expected.contact);
        CHECK(read->contact.data() != expected.contact.data());
        CHECK(read->parameters == expected.parameters);
        CHECK(read->call_id == expected.call_id);
        CHECK(read->path == expected.path);
        CHECK(read->expires == expected.expires);
        CHECK(read->flow == expected.flow);
        CHECK(read->cseq == expected.cseq);
        CHECK(read->q == expected.q);
        ++read;
    }
    CHECK(read == record->bindings().end());
}

TEST_CASE("a record without bindings has nothing to walk") {
    const auto record = AorRecord::pack("sip:alice@example.com", {});
    CHECK(record->bindings().begin() == record->bindings().end());
}

TEST_CASE("a usual binding takes less than 300 octets") {
    const std::vector bindings{
        binding("sip:u0000001@127.0.0.1:5070",
                ";+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000A95A0E128>\";expires=3600")};
    CHECK(AorRecord::pack("sip:u0000001@127.0.0.1", bindings)->memory_octets() < 300);
}

TEST_CASE("a binding is current until the instant of its expiry") {
    const auto made = binding("sip:a@b");
    CHECK(made.is_current(made.expires - 1ns));
    CHECK_FALSE(made.is_current(made.expires));
}

TEST_CASE("instance and reg-id are read from the parameters") {
    const auto made = binding("sip:a@b", ";+sip.instance=\"<urn:a>\";reg-id=2");
    CHECK(made.instance() == "\"<urn:a>\"");
    CHECK(made.reg_id() == 2U);
    CHECK_FALSE(binding("sip:a@b", ";reg-id=x").reg_id());
    CHECK_FALSE(binding("sip:a@b", ";reg-id=99999999999").reg_id());
    CHECK(binding("sip:a@b").instance().empty());
}

TEST_CASE("bindings are the same by instance and reg-id, or else by the equivalence of their URIs") {
    const auto with = [](std::string_view contact, std::string_view parameters) {
        return binding(contact, parameters);
    };
    constexpr auto one = ";+sip.instance=\"<urn:a>\";reg-id=1";
    constexpr auto two = ";+sip.instance=\"<urn:a>\";reg-id=2";
    CHECK(same_binding(with("sip:a@192.0.2.1", one), with("sip:a@192.0.2.2", one)));
    CHECK_FALSE(same_binding(with("sip:a@192.0.2.1", one), with("sip:a@192.0.2.1", two)));
    // An instance alone is no key (RFC 5626 §6).
    CHECK_FALSE(same_binding(with("sip:a@192.0.2.1", ";+sip.instance=\"<urn:a>\""),
                             with("sip:a@192.0.2.2", ";+sip.instance=\"<urn:a>\"")));
    CHECK(same_binding(with("sip:a@EXAMPLE.com", {}), with("sip:%61@example.com", {})));
    CHECK_FALSE(same_binding(with("sip:A@example.com", {}), with("sip:a@example.com", {})));
    CHECK_FALSE(same_binding(with("sip:a@example.com", {}), with("sip:a@example.com:5060", {})));
    CHECK_FALSE(same_binding(with("sip:%00@example.com", {}), with("sip:%00%00@example.com", {})));
}
