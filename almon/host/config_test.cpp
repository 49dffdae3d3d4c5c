#include "almon/host/config.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace almon;
using namespace almon::host;
using namespace std::chrono_literals;

namespace {

Config parsed(std::string_view text) {
    auto config = parse_config(text, "almon.toml");
    REQUIRE_MESSAGE(config.has_value(), (config ? "" : config.error().front().text()));
    return *config;
}

// The errors of a file, a line each.
std::string errors(std::string_view text) {
    const auto config = parse_config(text, "f");
    if (config) return "accepted\n";
    std::string lines;
    for (const auto& error : config.error()) lines += error.text() + "\n";
    return lines;
}

void check_defaults(const Config& config) {
    const Config plain;
    CHECK(config.listen ==
          std::vector{*parse_listen("udp:127.0.0.1:5060"), *parse_listen("tcp:127.0.0.1:5060")});
    CHECK(config.state.empty());
    CHECK(config.shards == 0);
    CHECK(config.policy.domains.empty());
    CHECK(config.policy.realm.empty());
    CHECK(config.policy.digest == plain.policy.digest);
    CHECK(config.policy.trusted.empty());
    CHECK(config.policy.inbound == plain.policy.inbound);
    CHECK(config.policy.min_expires == plain.policy.min_expires);
    CHECK(config.policy.default_expires == plain.policy.default_expires);
    CHECK(config.policy.max_expires == plain.policy.max_expires);
    CHECK(config.policy.bindings_per_aor == plain.policy.bindings_per_aor);
    CHECK(config.policy.timer_c == plain.policy.timer_c);
    CHECK(config.policy.max_branches == plain.policy.max_branches);
    CHECK(config.policy.recursion == plain.policy.recursion);
    CHECK(config.policy.routes.empty());
    CHECK(config.durability == store::Durability::commit);
    CHECK(config.log_level == base::Level::info);
    CHECK_FALSE(config.log_json);
    CHECK_FALSE(config.log_private);
    CHECK(config.transactions == plain.transactions);
    CHECK(config.connections == plain.connections);
    CHECK(config.policy.pending_commits == plain.policy.pending_commits);
}

std::string documentation() {
    const std::ifstream file(ALMON_SOURCE_DIR "/docs/configuration.md");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// "proxy" of "## [proxy]", "route" of "## [[route]]", "" of other headings.
std::string section_in(const std::string& heading) {
    const auto begin = heading.find_first_not_of('[', 3);
    return heading[3] == '[' ? heading.substr(begin, heading.find(']') - begin) : "";
}

// The keys that the tables of the page explain, as "section.key".
std::vector<std::string> documented_keys() {
    std::istringstream page(documentation());
    std::vector<std::string> keys;
    std::string section;
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with("## ")) section = section_in(line);
        if (!section.empty() && line.starts_with("| `"))
            keys.push_back(section + "." + line.substr(3, line.find('`', 3) - 3));
    }
    return keys;
}

// What stands between the page's ```toml and ```.
std::vector<std::string> documented_examples() {
    const auto page = documentation();
    std::vector<std::string> examples;
    for (std::size_t at = 0; (at = page.find("```toml\n", at)) != page.npos;) {
        at += 8;
        examples.push_back(page.substr(at, page.find("```", at) - at));
    }
    return examples;
}

}  // namespace

TEST_CASE("without a configuration, or with an empty one, almon listens on the loopback only") {
    check_defaults(default_config());
    check_defaults(parsed(""));
    check_defaults(parsed("# nothing\n[server]\n[log]\n"));
}

TEST_CASE("every key reaches its place") {
    const auto config = parsed(R"(
        server.listen = ["udp:0.0.0.0:5070", "tcp:[::1]:5071"]
        server.domains = ["Example.COM", "192.0.2.1"]
        server.state = "/srv/almon"
        server.shards = 3
        server.gathering = 0
        access.digest = ["SHA-256", "md5", "SHA-512-256"]
        access.trusted = ["10.0.0.0/8", "::1"]
        access.inbound = "local-users"
        access.realm = "The House"
        registrar = {min_expires = 30, default_expires = 600, max_expires = 7200, contacts = 4}
        proxy = {timer_c = 300, max_branches = 8, recursion = "own"}
        store.durability = "relaxed"
        log = {level = "debug", json = true, private = true}
        limits = {transactions = 5_000, connections = 70, pending_commits = 900}
    )");
    CHECK(config.listen == std::vector{*parse_listen("udp:0.0.0.0:5070"), *parse_listen("tcp:[::1]:5071")});
    CHECK(config.policy.domains == std::vector<std::string>{"example.com", "192.0.2.1"});
    CHECK(config.state == "/srv/almon");
    CHECK(config.shards == 3);
    CHECK(config.gathering == std::chrono::milliseconds(0));
    using enum sip::digest::Algorithm;
    CHECK(config.policy.digest == std::vector{sha256, md5, sha512_256});
    REQUIRE(config.policy.trusted.size() == 2);
    CHECK(config.policy.trusted[0].contains(*base::IpAddress::parse("10.9.8.7")));
    CHECK(config.policy.trusted[1].contains(*base::IpAddress::parse("::1")));
    CHECK(config.policy.inbound == server::Inbound::local_users);
    CHECK(config.policy.realm == "The House");
    CHECK(config.policy.min_expires == 30s);
    CHECK(config.policy.default_expires == 600s);
    CHECK(config.policy.max_expires == 7'200s);
    CHECK(config.policy.bindings_per_aor == 4);
    CHECK(config.policy.timer_c == 300s);
    CHECK(config.policy.max_branches == 8);
    CHECK(config.policy.recursion == server::Recursion::own);
    CHECK(config.durability == store::Durability::relaxed);
    CHECK(config.log_level == base::Level::debug);
    CHECK(config.log_json);
    CHECK(config.log_private);
    CHECK(config.transactions == 5'000);
    CHECK(config.connections == 70);
    CHECK(config.policy.pending_commits == 900);
}

TEST_CASE("all choices have a name") {
    CHECK(parsed("store.durability = 'commit'").durability == store::Durability::commit);
    CHECK(parsed("store.durability = 'memory'").durability == store::Durability::memory);
    CHECK(parsed("access.inbound = 'authenticated'").policy.inbound == server::Inbound::authenticated);
    CHECK(parsed("proxy.recursion = 'never'").policy.recursion == server::Recursion::never);
    CHECK(parsed("proxy.recursion = 'any'").policy.recursion == server::Recursion::any);
    CHECK(parsed("log.level = 'error'").log_level == base::Level::error);
    CHECK(parsed("log.level = 'warning'").log_level == base::Level::warning);
    CHECK(parsed("log.level = 'info'").log_level == base::Level::info);
}

TEST_CASE("an unknown key is told with its place and the nearest known one") {
    CHECK(errors("[server]\n\nlisen = []") ==
          "f:3:1: unknown key `lisen` in [server]; did you mean `listen`?\n");
    CHECK(errors("[proxy]\n  timer-c = 200") ==
          "f:2:3: unknown key `timer-c` in [proxy]; did you mean `timer_c`?\n");
    CHECK(errors("[log]\nxyzzy = 1") == "f:2:1: unknown key `xyzzy` in [log]\n");
}

TEST_CASE("a key in the wrong section, or in none, is told where it belongs") {
    CHECK(errors("[registrar]\ndomains = []") ==
          "f:2:1: unknown key `domains` in [registrar]; it belongs in [server]\n");
    CHECK(errors("listen = []") == "f:1:1: key `listen` stands in no section; it belongs in [server]\n");
    CHECK(errors("nothing = 1") == "f:1:1: key `nothing` stands in no section\n");
}

TEST_CASE("an unknown section is told with the nearest known one") {
    CHECK(errors("[sever]\nlisten = []") == "f:1:2: unknown section [sever]; did you mean `server`?\n");
    CHECK(errors("[dialplan]") == "f:1:2: unknown section [dialplan]\n");
    CHECK(errors("log = 'debug'") == "f:1:1: expected a section [log]\n");
}

TEST_CASE("a value out of its range is told with the range") {
    CHECK(errors("[server]\nshards = 257") == "f:2:10: `shards`: expected a whole number from 0 to 256\n");
    CHECK(errors("[server]\ngathering = 21") ==
          "f:2:13: `gathering`: expected a whole number from 0 to 20 (milliseconds)\n");
    CHECK(errors("[server]\nshards = -1") == "f:2:10: `shards`: expected a whole number from 0 to 256\n");
    CHECK(errors("[server]\nshards = 1.0") == "f:2:10: `shards`: expected a whole number from 0 to 256\n");
    CHECK(errors("[proxy]\ntimer_c = 180") ==
          "f:2:11: `timer_c`: expected a whole number from 181 to 3600 (seconds)\n");
    CHECK(errors("[limits]\nconnections = 9") ==
          "f:2:15: `connections`: expected a whole number from 10 to 10000000\n");
}

TEST_CASE("a value of the wrong kind is told with what was expected") {
    CHECK(errors("log.json = 'yes'") == "f:1:12: `json`: expected true or false\n");
    CHECK(errors("log.level = 'loud'") ==
          "f:1:13: `level`: expected \"error\" or \"warning\" or \"info\" or \"debug\"\n");
    CHECK(errors("access.inbound = true") ==
          "f:1:18: `inbound`: expected \"authenticated\" or \"local-users\"\n");
    CHECK(errors("server.state = ''") == "f:1:16: `state`: expected the path of a folder\n");
    CHECK(errors("access.realm = 'a\"b'") ==
          "f:1:16: `realm`: expected a text without quotes, such as \"example.com\"\n");
    CHECK(errors("server.listen = 'udp:127.0.0.1:5060'") ==
          "f:1:17: `listen`: expected a list of places such as \"udp:127.0.0.1:5060\"\n");
    CHECK(errors("server.domains = [1]") ==
          "f:1:19: `domains`: expected a list of domains such as \"example.com\"\n");
}

TEST_CASE("an element of a list is told with its own place") {
    CHECK(errors("server.listen = ['udp:127.0.0.1:5060', 'tls:127.0.0.1']") ==
          "f:1:40: `listen`: `tls:127.0.0.1` needs an address and a port, such as 127.0.0.1:5060 or "
          "[::1]:5060\n");
    CHECK(errors("websocket.origins = ['phone.example.com']") ==
          "f:1:22: `origins`: `phone.example.com` is no origin such as https://phone.example.com\n");
    CHECK(errors("[tls]\ncertificates = ['a.pem', 'b.pem']\nkeys = ['a.key']\n") ==
          "f:1:1: expected as many `keys` as `certificates`: there are 1 and 2\n");
    CHECK(errors("tls.clients = 'maybe'") ==
          "f:1:15: `clients`: expected \"none\" or \"request\" or \"require\"\n");
    CHECK(errors("server.domains = ['a b']") ==
          "f:1:19: `domains`: `a b` is no domain; write one such as \"example.com\"\n");
    CHECK(errors("access.trusted = [\n '10.0.0.0/8',\n '10.0.0.0/33'\n]") ==
          "f:3:2: `trusted`: `10.0.0.0/33` is no network; write one such as \"10.0.0.0/8\"\n");
    CHECK(errors("access.digest = ['SHA-1', 'MD5', 'md5']") ==
          "f:1:18: `digest`: `SHA-1` is not one of \"MD5\", \"SHA-256\", \"SHA-512-256\"\n"
          "f:1:34: `digest`: `md5` stands here twice\n");
}

TEST_CASE("a list that must not be empty is not") {
    CHECK(errors("server.listen = []") == "f:1:17: `listen`: expected at least one place to listen at\n");
    CHECK(errors("access.digest = []") ==
          "f:1:17: `digest`: expected at least one of \"MD5\", \"SHA-256\", \"SHA-512-256\"\n");
    CHECK(parsed("access.trusted = []").policy.trusted.empty());
}

TEST_CASE("the expiry times must fit together, the defaults included") {
    CHECK(errors("[registrar]\nmax_expires = 600") ==
          "f:1:1: expected min_expires (60) <= default_expires (3600) <= max_expires (600)\n");
    CHECK(errors("[registrar]\nmin_expires = 90\ndefault_expires = 80") ==
          "f:1:1: expected min_expires (90) <= default_expires (80) <= max_expires (86400)\n");
    CHECK(parsed("registrar = {min_expires = 5, default_expires = 5, max_expires = 5}").policy.max_expires ==
          5s);
}

TEST_CASE("all mistakes of a file are told, in the order of its lines") {
    CHECK(errors("[server]\nshards = 'x'\nlisten = 1\n[log]\nlevel = 1\n[bogus]\n") ==
          "f:2:10: `shards`: expected a whole number from 0 to 256\n"
          "f:3:10: `listen`: expected a list of places such as \"udp:127.0.0.1:5060\"\n"
          "f:5:9: `level`: expected \"error\" or \"warning\" or \"info\" or \"debug\"\n"
          "f:6:2: unknown section [bogus]\n");
}

TEST_CASE("what is no TOML is told with its place") {
    const auto config =
        parse_config("[server]\nlisten = [\"udp:127.0.0.1:5060\"\nshards = 1\n", "almon.toml");
    REQUIRE_FALSE(config.has_value());
    REQUIRE(config.error().size() == 1);
    CHECK(config.error().front().text().starts_with("almon.toml:3:1: "));
    CHECK(errors("[log]\njson = true\njson = false\n").starts_with("f:3:"));
    CHECK(errors("x = \"\xff\"").starts_with("f:1:"));
}

TEST_CASE("a file that cannot be read is told without a line") {
    const auto missing = read_config("/nowhere/almon.toml");
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().front().text() ==
          "/nowhere/almon.toml: the file cannot be read: No such file or directory");
    const auto folder = read_config("/");
    REQUIRE_FALSE(folder.has_value());
    CHECK(folder.error().front().text() == "/: the file cannot be read: Is a directory");
}

TEST_CASE("a file is read whole") {
    std::string path = (std::filesystem::temp_directory_path() / "almon-config-XXXXXX").string();
    REQUIRE(::mkstemp(path.data()) >= 0);
    std::ofstream(path) << std::string(10'000, '#') << "\nserver.shards = 7\n";
    const auto config = read_config(path);
    std::filesystem::remove(path);
    REQUIRE(config.has_value());
    CHECK(config->shards == 7);
}

TEST_CASE("what the command line says goes before the file, and a state folder there is in any case") {
    const auto path = std::filesystem::temp_directory_path() / "almon_overrides.toml";
    std::ofstream(path) << "[server]\nlisten = [\"udp:192.0.2.1:5060\"]\ndomains = [\"file.example\"]\n";
    const auto plain = configure(path.string(), {}).value();
    CHECK(plain.policy.domains == std::vector<std::string>{"file.example"});
    CHECK_FALSE(plain.state.empty());
    const Overrides overrides{.listen = {*parse_listen("tcp:192.0.2.9:5070")},
                              .domains = {"line.example"},
                              .state = "/srv/almon",
                              .log_json = true};
    const auto changed = configure(path.string(), overrides).value();
    CHECK(changed.listen == overrides.listen);
    CHECK(changed.policy.domains == overrides.domains);
    CHECK(changed.state == "/srv/almon");
    CHECK(changed.log_json);
    std::filesystem::remove(path);
    CHECK_FALSE(configure(path.string(), overrides));
    CHECK(configure({}, {})->listen == default_config().listen);
}

TEST_CASE("a domain is a host in lower case") {
    CHECK(parse_domain("Example.COM").value() == "example.com");
    CHECK(parse_domain("[2001:DB8::1]").value() == "[2001:db8::1]");
    for (const auto* wrong : {"", "exa mple", "sip:x@y", "a\nb"}) CHECK_FALSE(parse_domain(wrong));
}

TEST_CASE("a server is told when part of a new configuration needs a start") {
    const auto running = default_config();
    CHECK_FALSE(needs_restart(running, parsed("[access]\ninbound = \"local-users\"\n")));
    CHECK_FALSE(needs_restart(running, parsed("[limits]\npending_commits = 500\n")));
    CHECK_FALSE(needs_restart(running, parsed("proxy.recursion = 'any'\n[[route]]\nuser = 'bob'\n")));
    CHECK(needs_restart(running, parsed("[server]\nshards = 3\n")));
    CHECK(needs_restart(running, parsed("[server]\ngathering = 0\n")));
    CHECK(needs_restart(running, parsed("[log]\nlevel = \"debug\"\n")));
    CHECK(needs_restart(running, parsed("[limits]\nconnections = 10\n")));
}

TEST_CASE("the documentation explains each key, and no other") {
    auto documented = documented_keys(), known = config_keys();
    std::sort(documented.begin(), documented.end());
    std::sort(known.begin(), known.end());
    CHECK(documented == known);
}

TEST_CASE("each example of the documentation is a configuration, and the last one is the default") {
    const auto examples = documented_examples();
    REQUIRE(examples.size() == 4);
    for (const auto& example : examples) parsed(example);
    check_defaults(parsed(examples.back()));
    for (const auto& key : config_keys()) {
        const auto name = key.substr(key.find('.') + 1);
        const bool has_fixed_default = name != "realm" && name != "state" && !key.starts_with("route.");
        CHECK_MESSAGE((examples.back().find("\n" + name + " = ") != std::string::npos) == has_fixed_default,
                      key);
    }
}
