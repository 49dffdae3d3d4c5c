// [[route]] tables, as the whole configuration is read.
#include "almon/host/config_routes.hpp"

#include <doctest/doctest.h>

#include "almon/host/config.hpp"

using namespace almon;
using namespace almon::host;
using namespace std::chrono_literals;
using server::ServerRole;

namespace {

const std::string our_domains = "server.domains = ['example.com', 'example.org']\n";

std::vector<server::RouteRule> rules(const std::string& text) {
    auto config = parse_config(text, "f");
    REQUIRE_MESSAGE(config.has_value(), (config ? "" : config.error().front().text()));
    return config->policy.routes;
}

std::string errors(const std::string& text, const Overrides& overrides = {}) {
    const auto config = parse_config(text, "f", overrides);
    if (config) return "accepted\n";
    std::string lines;
    for (const auto& error : config.error()) lines += error.text() + "\n";
    return lines;
}

}  // namespace

TEST_CASE("every key of a rule reaches its place") {
    const auto read = rules(our_domains + R"(
        [[route]]
        domain = "Example.COM"
        user = "+49*"
        methods = ["INVITE", "MESSAGE"]
        role = "proxy"
        to = ["sip:0{rest}@192.0.2.5", "sips:{user}@{domain}"]
        ring = 20
        [[route]]
        role = "reject"
        status = 603
    )");
    REQUIRE(read.size() == 2);
    CHECK(read[0].domain == "example.com");
    CHECK(read[0].user == "+49*");
    CHECK(read[0].methods == std::vector<std::string>{"INVITE", "MESSAGE"});
    CHECK(read[0].role == ServerRole::proxy);
    CHECK(read[0].to == std::vector<std::string>{"sip:0{rest}@192.0.2.5", "sips:{user}@{domain}"});
    CHECK(read[0].ring == 20s);
    CHECK(read[0].status == 0);
    CHECK(read[1].role == ServerRole::reject);
    CHECK(read[1].status == 603);
}

TEST_CASE("a rule knows the line where it begins") {
    const auto config = parse_config("\n[[route]]\nuser = 'a'\n\n[[route]]\nuser = 'b'\n", "f");
    REQUIRE(config.has_value());
    CHECK(config->route_lines == std::vector<std::size_t>{2, 5});
}

TEST_CASE("a rule is for a proxy, a redirect says 302 and a rejection 403, unless they say more") {
    const auto read = rules(
        "[[route]]\nuser = 'a'\n[[route]]\nuser = 'b'\nrole = 'redirect'\n"
        "[[route]]\nuser = 'c'\nrole = 'reject'\n[[route]]\nrole = 'stateless'\n");
    CHECK(read[0].role == ServerRole::proxy);
    CHECK(read[0].status == 0);
    CHECK(read[1].status == 302);
    CHECK(read[2].status == 403);
    CHECK(read[3].role == ServerRole::stateless);
    CHECK(rules("[[route]]\nrole = 'redirect'\nstatus = 380\n")[0].status == 380);
}

TEST_CASE("the status of a rule is one that its role can have") {
    CHECK(errors("[[route]]\nrole = 'redirect'\nstatus = 303\n") ==
          "f:3:10: `status`: expected 300, 301, 302, 305 or 380 for a redirect\n");
    CHECK(errors("[[route]]\nrole = 'reject'\nstatus = 302\n") ==
          "f:3:10: `status`: expected 400 to 699 for a rejection\n");
    CHECK(errors("[[route]]\nstatus = 403\n") ==
          "f:2:10: `status`: only a redirect and a rejection have one, and this is a proxy rule\n");
    CHECK(errors("[[route]]\nrole = 'reject'\nstatus = 700\n") ==
          "f:3:10: `status`: expected a whole number from 300 to 699\n");
}

TEST_CASE("only what a proxy calls rings, and a rejection leads nowhere") {
    CHECK(errors("[[route]]\nrole = 'stateless'\nring = 20\n") ==
          "f:3:8: `ring`: only a proxy rule lets somebody ring, and this is a stateless rule\n");
    CHECK(errors("[[route]]\nring = 0\n") ==
          "f:2:8: `ring`: expected a whole number from 1 to 3600 (seconds)\n");
    CHECK(errors("[[route]]\nrole = 'reject'\nto = ['sip:a@192.0.2.5']\n") ==
          "f:3:7: `to`: a rejection leads nowhere\n");
}

TEST_CASE("each `to` makes a SIP URI once it is filled in") {
    const std::string why =
        " makes no SIP URI; write one such as \"sip:{user}@192.0.2.5\", with {user}, {rest} and {domain} "
        "where "
        "they are to be filled in\n";
    CHECK(errors("[[route]]\nto = ['sip:a@192.0.2.5', 'tel:+49', '{user}@192.0.2.5']\n") ==
          "f:2:26: `to`: `tel:+49`" + why + "f:2:37: `to`: `{user}@192.0.2.5`" + why);
    CHECK(errors("[[route]]\nto = ['sip:{usr}@192.0.2.5']\n") == "f:2:7: `to`: `sip:{usr}@192.0.2.5`" + why);
    CHECK(errors("[[route]]\nto = [1, 'sip:{usr}@192.0.2.5']\n") ==
          "f:2:7: `to`: expected a list of SIP URIs such as \"sip:{user}@192.0.2.5\"\n");
    CHECK(errors("[[route]]\nuser = '49'\nto = ['sip:{rest}@192.0.2.5']\n") ==
          "f:3:7: `to`: {rest} is what a * at the end of `user` stands for, and there is none\n");
    CHECK(errors("[[route]]\nuser = '49*'\nto = ['sip:{rest}@192.0.2.5']\n") == "accepted\n");
    CHECK(errors("[[route]]\nto = []\n") ==
          "f:2:6: `to`: expected at least one SIP URI, or no such key for the phones of the user\n");
}

TEST_CASE("a * stands at the end of a user, and nowhere else") {
    const std::string why =
        ": `user`: expected a user such as \"alice\", or a beginning with one * at its end: \"+49*\"\n";
    CHECK(errors("[[route]]\nuser = '*9'\n") == "f:2:8" + why);
    CHECK(errors("[[route]]\nuser = '4**'\n") == "f:2:8" + why);
    CHECK(errors("[[route]]\nuser = ''\n") == "f:2:8" + why);
    CHECK(rules("[[route]]\nuser = '*'\n")[0].user == "*");
}

TEST_CASE("methods are those that rules can be about") {
    CHECK(errors("[[route]]\nmethods = ['IN VITE', 'ACK', 'REGISTER', 'x']\n") ==
          "f:2:12: `methods`: `IN VITE` is no method; write one such as \"INVITE\"\n"
          "f:2:23: `methods`: `ACK` goes where its INVITE went; write \"INVITE\"\n"
          "f:2:30: `methods`: `REGISTER` is for the registrar, whatever the rules say\n");
    CHECK(errors("[[route]]\nmethods = []\n") ==
          "f:2:11: `methods`: expected at least one method, or no such key for all of them\n");
}

TEST_CASE("the domain of a rule is one of ours, where they are told") {
    const std::string rule = "[[route]]\ndomain = 'example.con'\n";
    CHECK(errors(our_domains + rule) ==
          "f:3:10: `domain`: `example.con` is none of `domains` in [server]; did you mean `example.com`?\n");
    CHECK(errors(rule) == "accepted\n");
    CHECK(errors(our_domains + rule, {.domains = {"example.con"}}) == "accepted\n");
    CHECK(errors(our_domains + "[[route]]\ndomain = '127.0.0.1'\n") == "accepted\n");  // listened at
    const std::string address = our_domains + "[[route]]\ndomain = '192.0.2.1'\n";
    CHECK(errors(address) == "f:3:10: `domain`: `192.0.2.1` is none of `domains` in [server]\n");
    CHECK(errors(address, {.listen = {*parse_listen("udp:0.0.0.0:5060")}}) == "accepted\n");
    CHECK(errors("[[route]]\ndomain = 'a b'\n") ==
          "f:2:10: `domain`: expected a domain such as \"example.com\"\n");
}

TEST_CASE("a rule that no request reaches is told, with the one that takes all") {
    CHECK(errors("[[route]]\nuser = '+4*'\n[[route]]\nuser = 'bob'\n[[route]]\nuser = '+49*'\n") ==
          "f:5:1: rule 3 is never reached: rule 1 takes all that it would\n");
    CHECK(errors("[[route]]\nuser = '+49*'\n[[route]]\nuser = '+4*'\n") == "accepted\n");
}

TEST_CASE("unknown keys, and a rule in single brackets") {
    CHECK(errors("[[route]]\nusr = 'bob'\n") ==
          "f:2:1: unknown key `usr` in [[route]]; did you mean `user`?\n");
    CHECK(errors("[route]\nuser = 'bob'\n") == "f:1:2: expected tables [[route]], in double brackets\n");
    CHECK(errors("[[routes]]\nuser = 'bob'\n") ==
          "f:1:3: unknown section [[routes]]; did you mean `route`?\n");
    CHECK(errors("[[route]]\nrole = 'gateway'\n") ==
          "f:2:8: `role`: expected \"proxy\" or \"stateless\" or \"redirect\" or \"reject\"\n");
}

TEST_CASE("all mistakes of all rules are told at once") {
    CHECK(errors("[[route]]\nstatus = 404\n[[route]]\nring = 'x'\n[[route]]\nuser = 'a'\nring = 'y'\n"
                 "[[route]]\nuser = 'b'\nto = ['{rest}']\n[sever]\n") ==
          "f:2:10: `status`: only a redirect and a rejection have one, and this is a proxy rule\n"
          "f:4:8: `ring`: expected a whole number from 1 to 3600 (seconds)\n"
          "f:7:8: `ring`: expected a whole number from 1 to 3600 (seconds)\n"
          "f:8:1: rule 4 is never reached: rule 1 takes all that it would\n"
          "f:10:7: `to`: {rest} is what a * at the end of `user` stands for, and there is none\n"
          "f:11:2: unknown section [sever]; did you mean `server`?\n");
}
