#include "almon/app/remote.hpp"

#include <boost/json/object.hpp>
#include <thread>

#include "almon/app/test_state.hpp"
#include "almon/host/state.hpp"
#include "almon/net/line_server.hpp"

using namespace almon;
using namespace almon::app;

namespace {

// A server that gives the same answer to every question.
struct Parrot : net::LineReader {
    Parrot(const std::string& state, std::string_view text) : answer(text) {
        server = net::LineServer::listen(loop, host::control_socket(state), *this).value();
        thread = std::thread([this] { loop.run(); });
    }
    ~Parrot() {
        loop.stop();
        thread.join();
    }
    void asked(net::QuestionId id, std::string_view) override { server->answer(id, answer); }

    net::Loop loop;
    std::string answer;
    std::unique_ptr<net::LineServer> server;
    std::thread thread;
};

std::string error_for(std::string_view answer) {
    const TestState state;
    const Parrot parrot(state.folder.path(), answer);
    const auto outcome = ask_server(state.folder.path(), "status");
    return outcome ? "accepted" : outcome.error();
}

}  // namespace

TEST_CASE("no server, or what one that died has left, is nobody and no error") {
    const TestState state;
    CHECK(ask_server(state.folder.path(), "status").value() == nullptr);
    state.folder.write("control", "");
    CHECK(ask_server(state.folder.path(), "status").value() == nullptr);
}

TEST_CASE("a server's answer is an object, its refusal a sentence") {
    const TestState state;
    const Parrot parrot(state.folder.path(), "{\"ok\": true, \"users\": 2}\n");
    const auto answer = ask_server(state.folder.path(), "status").value();
    REQUIRE(answer != nullptr);
    CHECK(answer->at("users").to_number<int>() == 2);
    CHECK(error_for("{\"ok\": false, \"error\": \"there is no subscriber bob\"}") ==
          "there is no subscriber bob");
}

TEST_CASE("an answer that is none is told") {
    for (const auto* wrong : {"", "status?", "[]", "{}", "{\"ok\": 1}", "{\"ok\": false}"}) {
        CAPTURE(wrong);
        CHECK(error_for(wrong).starts_with("the server's answer cannot be read"));
    }
}

TEST_CASE("the state folder is the one that is named") {
    CHECK(state_folder("/srv/almon") == "/srv/almon");
    CHECK(state_folder("") == host::default_state_folder());
}
