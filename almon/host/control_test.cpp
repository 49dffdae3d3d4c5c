#include "almon/host/control.hpp"

#include <doctest/doctest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <future>

#include "almon/host/test_server.hpp"
#include "almon/net/turn_until.hpp"
#include "almon/store/sqlite_store.hpp"

using namespace almon;
using namespace almon::host;

namespace {

boost::json::object ask(const TestServer& server, const std::string& question) {
    return boost::json::parse(server.ask(question)).as_object();
}
std::string secret(std::string_view user, std::string_view password) {
    return base::printed(sip::digest::Secret(user, "example.com", password));
}
std::string error_of(const boost::json::object& answer) {
    return answer.at("ok").as_bool() ? "accepted" : std::string(answer.at("error").as_string());
}
std::string users_of(const TestServer& server) {
    return boost::json::serialize(ask(server, "user-list").at("users"));
}

}  // namespace

TEST_CASE("the status sums up all shards") {
    const store::ScratchFolder folder;
    const TestServer server(folder);
    for (const auto* user : {"ann", "bob", "eve", "joe"}) CHECK(server.registers(user) == "200");
    const auto status = ask(server, "status");
    CHECK(status.at("ok").as_bool());
    CHECK(status.at("shards").to_number<int>() == 2);
    CHECK(status.at("bindings").to_number<int>() == 4);
    CHECK(status.at("requests").to_number<int>() == 4);
    CHECK(status.at("users").to_number<int>() == 0);
    CHECK(status.at("invites_in_progress").to_number<int>() == 0);
    CHECK(status.at("commits_waiting").to_number<int>() == 0);
    CHECK(status.at("memory_octets").to_number<double>() > 1'000'000);
}

TEST_CASE("bindings are listed, all or those of one user") {
    const store::ScratchFolder folder;
    const TestServer server(folder);
    CHECK(server.registers("ann") == "200");
    CHECK(server.registers("bob") == "200");
    const auto count = [&](const std::string& question) {
        return ask(server, question).at("bindings").as_array().size();
    };
    CHECK(count("bindings") == 2);
    CHECK(count("bindings bob") == 1);
    CHECK(count("bindings sip:ann@example.com") == 1);
    CHECK(count("bindings nobody") == 0);
}

TEST_CASE("accounts are added, changed, listed and removed while the server runs") {
    const store::ScratchFolder folder;
    TestServer server(folder);
    CHECK(error_of(ask(server, "user-add bob example.com " + secret("bob", "one"))) == "accepted");
    CHECK(error_of(ask(server, "user-add bob example.com " + secret("bob", "two"))) ==
          "bob@example.com exists already");
    CHECK(error_of(ask(server, "user-passwd bob example.com " + secret("bob", "two"))) == "accepted");
    CHECK(error_of(ask(server, "user-passwd eve example.com " + secret("eve", "x"))) ==
          "there is no subscriber eve@example.com");
    CHECK(users_of(server) == "[\"bob@example.com\"]");
    CHECK(ask(server, "status").at("users").to_number<int>() == 1);
    server.stop();
    server.start();
    CHECK(users_of(server) == "[\"bob@example.com\"]");
    CHECK(error_of(ask(server, "user-remove bob example.com")) == "accepted");
    CHECK(users_of(server) == "[]");
    CHECK(error_of(ask(server, "user-remove bob example.com")) == "there is no subscriber bob@example.com");
}

TEST_CASE("a question that is none is refused with a sentence") {
    const store::ScratchFolder folder;
    const TestServer server(folder);
    CHECK(error_of(ask(server, "")) == "empty question");
    CHECK(error_of(ask(server, "make coffee")) == "unknown question: make");
    CHECK(error_of(ask(server, "user-add bob")) == "user, domain and secrets are needed");
    CHECK(error_of(ask(server, "user-add bob example.com secret")) == "the secrets cannot be read");
    CHECK(error_of(ask(server, "user-remove bob")) == "user and domain are needed");
}

TEST_CASE("an answer beyond the limit is refused with a sentence") {
    const store::ScratchFolder folder;
    const auto path = folder.path() + "/control";
    net::Loop loop;
    server::Site site({}, 1);
    StoreThread store(store::open_store_in_memory().value(), {});
    const auto control = Control::listen(loop, path, site, {}, store, 200);
    REQUIRE(control);
    const auto answer_to = [&](const std::string& question) {
        auto answer = std::async(std::launch::async, [&] {
            auto heard = net::ask(path, question, std::chrono::seconds(10));
            loop.post([] {});
            return heard;
        });
        REQUIRE(net::turn_until(
            loop, [&] { return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }));
        return boost::json::parse(answer.get().value()).as_object();
    };
    CHECK(error_of(answer_to("user-list")) == "accepted");
    CHECK(error_of(answer_to("status")) == "that is too long a list to answer");
}
