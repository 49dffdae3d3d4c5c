#include "almon/host/server.hpp"

#include <doctest/doctest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "almon/host/test_server.hpp"

using namespace almon;
using namespace almon::host;

namespace {

boost::json::object ask(const TestServer& server, const std::string& question) {
    return boost::json::parse(server.ask(question)).as_object();
}
// A server that is only opened.
base::Outcome<std::unique_ptr<Server>> open(const std::string& state, const std::vector<std::string>& listen,
                                            std::uint16_t shards = 2) {
    auto config = default_config();
    config.listen.clear();
    for (const auto& place : listen) config.listen.push_back(parse_listen(place).value());
    config.state = state;
    config.shards = shards;
    config.log_level = base::Level::error;
    return Server::open(std::move(config), {}, {});
}
std::string place_of(const Server& server) {
    return "udp:" + server.listeners().front().sent_by;
}

}  // namespace

TEST_CASE("a registration outlives the server") {
    const store::ScratchFolder folder;
    TestServer server(folder);
    CHECK(server.registers("bob") == "200");
    CHECK(ask(server, "bindings").at("bindings").as_array().size() == 1);
    server.stop();
    server.start();
    const auto rows = ask(server, "bindings bob").at("bindings").as_array();
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].at("aor").as_string() == "sip:bob@example.com");
    CHECK(rows[0].at("contact").as_string() == "sip:bob@127.0.0.1:9");
}

TEST_CASE("a new configuration is taken over whole, a wrong one is refused and the old one stays") {
    const store::ScratchFolder folder;
    TestServer server(folder);
    CHECK(server.registers("bob", "example.net") == "404");
    auto wanted = TestServer::usual;
    wanted.replace(wanted.find("example.com"), 11, "example.net");
    TestServer::write(folder, wanted + "colour = \"red\"\n");
    server.server().reload();
    ask(server, "status");
    CHECK(server.registers("bob", "example.net") == "404");
    CHECK(server.registers("bob") == "200");
    TestServer::write(folder, wanted);
    server.server().reload();
    ask(server, "status");
    CHECK(server.registers("bob", "example.net") == "200");
    CHECK(server.registers("eve") == "404");
}

TEST_CASE("the first two accounts are made once, in the domain that phones dial") {
    const store::ScratchFolder folder;
    {
        const auto server = open(folder.path(), {"udp:127.0.0.1:0"}).value();
        const auto made = server->make_first_accounts().value();
        REQUIRE(made.size() == 2);
        CHECK(made[0].name == "alice@127.0.0.1");
        CHECK(made[0].password.size() >= 12);
        CHECK(made[0].password != made[1].password);
        CHECK(server->count_accounts().value() == 2);
    }
    const auto again = open(folder.path(), {"udp:[::1]:0"}).value();
    CHECK(again->make_first_accounts()->empty());
    CHECK(again->domain() == "[::1]");
    CHECK(again->count_accounts().value() == 0);
}

TEST_CASE("of several addresses, the one that others can dial is the domain") {
    const store::ScratchFolder folder;
    const auto server = open(folder.path(), {"udp:127.0.0.1:0", "udp:0.0.0.0:0"}).value();
    const auto loopback_only = std::ranges::all_of(
        server->listeners(), [](const auto& listener) { return listener.local.address.is_loopback(); });
    CHECK((server->domain() == "127.0.0.1") == loopback_only);
}

TEST_CASE("a port that another server has is refused, even one that would be shared with it") {
    for (const auto shards : std::initializer_list<std::uint16_t>{1, 2}) {
        const store::ScratchFolder folder;
        const auto first = open(folder.path() + "/a", {"udp:127.0.0.1:0"}, shards).value();
        const auto second = open(folder.path() + "/b", {place_of(*first)}, shards);
        REQUIRE_FALSE(second);
        CHECK(second.error().find("Address already in use") != std::string::npos);
    }
}

TEST_CASE("a state folder has one server") {
    const store::ScratchFolder folder;
    const auto first = open(folder.path(), {"udp:127.0.0.1:0"}).value();
    const auto second = open(folder.path(), {"udp:127.0.0.1:0"});
    CHECK_FALSE(second);
}

TEST_CASE("a damaged key stops the start with a sentence") {
    const store::ScratchFolder folder;
    folder.write("key", "short");
    CHECK(open(folder.path(), {"udp:127.0.0.1:0"}).error().find("damaged") != std::string::npos);
}
