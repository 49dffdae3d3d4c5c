#include "almon/app/explanation.hpp"

#include <doctest/doctest.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

using namespace almon;
using namespace almon::app;
using server::Access;

namespace {

const std::string lines = R"([server]
domains = ["example.com"]
[[route]]
user = "bob"
methods = ["MESSAGE"]
role = "reject"
[[route]]
user = "+49*"
to = ["sip:0{rest}@192.0.2.5", "sip:{user}@gw.example.net", "sip:desk@{domain}"]
ring = 20
[[route]]
user = "old"
role = "redirect"
to = ["sip:new@example.com"]
)";

Explanation explained(const std::string& from, const std::string& to, const std::string& method = "INVITE",
                      const std::string& more = {}) {
    const auto config = host::parse_config(more + lines, "f").value();
    return explain({method, from, to}, config, "f").value();
}

}  // namespace

TEST_CASE("a call to a number is explained from the domain to what is needed") {
    CHECK(print_text(explained("alice@example.com", "+4930@example.com")) ==
          "INVITE from sip:alice@example.com to sip:+4930@example.com\n"
          "A dry run by f alone: no server was asked, and none was told.\n"
          "\n"
          "for       example.com is ours\n"
          "rules     f:3 does not fit: it is for other users\n"
          "          f:7 fits\n"
          "role      proxy: calls the places, and lets the best answer win\n"
          "places    1. sip:030@192.0.2.5, by UDP 192.0.2.5:5060, rings for 20 s\n"
          "          2. sip:+4930@gw.example.net, not called: host names are not looked up yet, only IP "
          "addresses are reached\n"
          "          3. the phones of sip:desk@example.com, rings for 20 s\n"
          "who may   a trusted address: yes\n"
          "          a user of ours with a password: yes\n"
          "          sip:alice@example.com without a password: is asked for a password\n"
          "needs     a numeric host instead of gw.example.net\n"
          "          a phone that is registered as sip:desk@example.com\n");
}

TEST_CASE("programs get the same") {
    CHECK(boost::json::serialize(
              print_json(explained("sip:x@elsewhere.example", "bob@example.com", "MESSAGE"))) ==
          R"({"dry_run":true,"file":"f","method":"MESSAGE","from":"sip:x@elsewhere.example",)"
          R"("to":"sip:bob@example.com","for":"user","rules":[{"line":3,"fits":true}],"places":[],)"
          R"("access":{"trusted":"allow","authenticated":"allow","stranger":"challenge"},"needs":[],)"
          R"("role":"reject","status":403})");
}

TEST_CASE("where no rule fits, the phones of the user are called") {
    const auto said = explained("alice@example.com", "bob@example.com");
    REQUIRE(said.rules.size() == 3);
    CHECK(said.rules[0].misfit == server::Misfit::method);
    CHECK(said.rules[2].misfit == server::Misfit::user);
    REQUIRE(said.places.size() == 1);
    CHECK(said.places[0].is_user);
    CHECK(said.needs == std::vector<std::string>{"a phone that is registered as sip:bob@example.com"});
    CHECK(print_text(said).find("none fits, so the phones of the user are called") != std::string::npos);
}

TEST_CASE("a redirect names its places, and calls none") {
    const auto said = explained("alice@example.com", "old@example.com");
    REQUIRE(said.places.size() == 1);
    CHECK(said.places[0].uri == "sip:new@example.com");
    CHECK_FALSE(said.places[0].is_user);
    CHECK(said.needs.empty());
}

TEST_CASE("what strangers may do is what the server lets them") {
    const std::string open = "access.inbound = 'local-users'\n";
    const auto stranger = [&](const std::string& to, const std::string& more) {
        return explained("x@elsewhere.example", to, "INVITE", more).unknown;
    };
    CHECK(stranger("bob@example.com", "") == Access::challenge);
    CHECK(stranger("bob@example.com", open) == Access::allow);
    CHECK(stranger("+4930@example.com", open) == Access::forbid);  // a rule leads on
    CHECK(stranger("old@example.com", open) == Access::allow);     // a redirect does not
    CHECK(stranger("bob@192.0.2.9", open) == Access::forbid);
    CHECK(explained("anonymous@anonymous.invalid", "bob@example.com", "INVITE", open).unknown ==
          Access::challenge);
}

TEST_CASE("what is not for a user of ours obeys no rule") {
    const auto elsewhere = explained("alice@example.com", "+49@192.0.2.9");
    CHECK(elsewhere.concern == Concern::elsewhere);
    CHECK(elsewhere.rules.empty());
    REQUIRE(elsewhere.places.size() == 1);
    CHECK(elsewhere.places[0].reached_at == "UDP 192.0.2.9:5060");
    const auto registration = explained("bob@example.com", "example.com", "REGISTER");
    CHECK(registration.concern == Concern::registrar);
    CHECK(registration.unknown == Access::challenge);
    const auto ping = explained("x@elsewhere.example", "example.com", "OPTIONS");
    CHECK(ping.concern == Concern::server);
    CHECK(ping.unknown == Access::allow);
    CHECK(ping.places.empty());
}

TEST_CASE("without domains the addresses are ours") {
    const auto config = host::parse_config("server.listen = ['udp:127.0.0.1:5070']", "f").value();
    CHECK(explain({"INVITE", "a@b", "bob@127.0.0.1:5070"}, config, "")->concern == Concern::user);
    CHECK(explain({"INVITE", "a@b", "bob@127.0.0.1:5090"}, config, "")->concern == Concern::elsewhere);
}

TEST_CASE("what is no request is not explained") {
    const auto config = host::default_config();
    CHECK(explain({"IN VITE", "a@b", "c@d"}, config, "").error() == "`IN VITE` is no method");
    for (const auto* wrong : {"", "sip:", "a b@c", "a@b?Subject=x"}) {
        CHECK_FALSE(explain({"INVITE", wrong, "c@d"}, config, ""));
        CHECK_FALSE(explain({"INVITE", "c@d", wrong}, config, ""));
    }
}
