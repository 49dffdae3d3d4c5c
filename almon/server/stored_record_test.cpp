#include "almon/server/stored_record.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "almon/base/limits.hpp"
#include "almon/base/random.hpp"

using namespace almon;
using namespace almon::server;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view aor = "sip:alice@example.com";
constexpr base::Moment before{base::Instant(500s), base::WallTime(1'800'000'000s)};
constexpr auto day = 86'400s;

// After a restart: the one clock began anew, the other went on.
base::Moment after(std::chrono::seconds later) {
    return {base::Instant(3s), before.wall + later};
}

std::string stored() {
    std::vector<Binding> bindings(2);
    bindings[0].contact = "sip:alice@192.0.2.7";
    bindings[0].parameters = ";q=0.5";
    bindings[0].call_id = "one@host";
    bindings[0].path = "<sip:edge.example.com;lr>";
    bindings[0].expires = before.now + 60s;
    bindings[0].flow = {sip::Transport::tcp,
                        *sip::Endpoint::parse("192.0.2.1:5060"),
                        *sip::Endpoint::parse("[2001:db8::9]:40000"),
                        {3, 4, 1}};
    bindings[0].cseq = 0x7fff'ffff;
    bindings[0].q = 500;
    bindings[0].is_behind_nat = true;
    bindings[1] = bindings[0];
    bindings[1].contact = "sip:alice@192.0.2.8";
    bindings[1].expires = before.now + 3'600s;
    return encode(*AorRecord::pack(aor, bindings), before);
}

}  // namespace

TEST_CASE("a stored record comes back, its expiry counted on the new clock") {
    const auto read = decode(aor, stored(), after(10s), day);
    REQUIRE(read);
    REQUIRE(*read);
    CHECK((*read)->aor() == aor);
    REQUIRE((*read)->size() == 2);
    const auto first = *(*read)->bindings().begin();
    CHECK(first.contact == "sip:alice@192.0.2.7");
    CHECK(first.parameters == ";q=0.5");
    CHECK(first.call_id == "one@host");
    CHECK(first.path == "<sip:edge.example.com;lr>");
    CHECK(first.expires == base::Instant(53s));
    CHECK(first.flow.transport == sip::Transport::tcp);
    CHECK(first.flow.peer == *sip::Endpoint::parse("[2001:db8::9]:40000"));
    CHECK(first.cseq == 0x7fff'ffff);
    CHECK(first.q == 500);
    CHECK(first.is_behind_nat);
}

TEST_CASE("no connection outlives the process") {
    const auto read = decode(aor, stored(), after(10s), day);
    CHECK_FALSE((*(*read)->bindings().begin()).flow.connection);
}

TEST_CASE("a binding that expired while the server was down is not revived") {
    const auto read = decode(aor, stored(), after(60s), day);
    REQUIRE(read);
    REQUIRE((*read)->size() == 1);
    CHECK((*(*read)->bindings().begin()).contact == "sip:alice@192.0.2.8");
    CHECK(*decode(aor, stored(), after(3'600s), day) == nullptr);
}

TEST_CASE("a calendar that was set back keeps no binding for longer than was ever granted") {
    const auto read = decode(aor, stored(), after(-1'000'000s), day);
    REQUIRE(read);
    for (const auto& binding : (*read)->bindings()) CHECK(binding.expires == base::Instant(3s) + day);
}

TEST_CASE("a record of another version is refused") {
    auto octets = stored();
    octets[0] = 2;
    const auto read = decode(aor, octets, after(1s), day);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == base::Errc::unsupported_version);
    CHECK_FALSE(decode(aor, "", after(1s), day));
}

TEST_CASE("a record of an address-of-record beyond the limit is refused") {
    const std::string longest(base::limits::aor_octets, 'a');
    CHECK(decode(longest, stored(), before, day));
    const auto refused = decode(longest + "a", stored(), before, day);
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == base::Error{base::Errc::too_large, 0, "limits::aor_octets"});
}

TEST_CASE("a record that is cut short is refused, wherever the cut") {
    const auto octets = stored();
    const auto half = 1 + (octets.size() - 1) / 2;  // both bindings are of one size: here the second begins
    for (std::size_t size = 2; size < octets.size(); ++size) {
        CAPTURE(size);
        CHECK(decode(aor, std::string_view(octets).substr(0, size), after(1s), day).has_value() ==
              (size == half));
    }
}

TEST_CASE("no octets whatever lead a reader out of bounds") {
    base::Random random(11);
    const auto octets = stored();
    for (int round = 0; round < 20'000; ++round) {
        auto damaged = octets;
        for (std::uint64_t hits = random.below(6) + 1; hits > 0; --hits)
            damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
        const auto read = decode(aor, damaged, after(1s), day);
        if (read && *read) CHECK(encode(**read, after(1s)).size() <= octets.size());
    }
}
