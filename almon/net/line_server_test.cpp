#include "almon/net/line_server.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <future>
#include <optional>

#include "almon/net/local_address.hpp"
#include "almon/net/turn_until.hpp"

using namespace almon;
using namespace almon::net;
using namespace std::chrono_literals;

namespace {

struct Office : LineReader {
    explicit Office(const ConnectionLimits& limits = control_limits)
        : server(LineServer::listen(loop, path, *this, limits).value()) {}

    void asked(QuestionId id, std::string_view line) override {
        lines.emplace_back(line);
        asker = id;
        if (reply) server->answer(id, *reply);
    }
    // Asks from another thread, as a command would from another process.
    base::Outcome<std::string> ask(std::string line,
                                   std::size_t limit = base::limits::control_answer_octets) {
        auto answer = std::async(std::launch::async, [this, line = std::move(line), limit] {
            auto heard = net::ask(path, line, 10s, limit);
            loop.post([] {});
            return heard;
        });
        CHECK(turn_until(loop, [&] { return answer.wait_for(0s) == std::future_status::ready; }));
        return answer.get();
    }

    Loop loop;
    std::string path =
        std::filesystem::temp_directory_path() / ("almon_office_" + std::to_string(::getpid()));
    std::unique_ptr<LineServer> server;
    std::vector<std::string> lines;
    std::optional<QuestionId> asker;
    std::optional<std::string> reply;
};

void send(const Fd& socket, std::string_view bytes) {
    CHECK(::send(socket.number(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
}
// What has come to it; nullopt: nothing, and more may come.
std::optional<std::string> heard(const Fd& socket) {
    std::array<char, 256> bytes;
    const auto size = ::recv(socket.number(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (size < 0) return {};
    return std::string(bytes.data(), static_cast<std::size_t>(size));
}

}  // namespace

TEST_CASE("a question gets its answer, of many lines or none") {
    for (const std::string reply : {"one\ntwo\n", "", "no newline"}) {
        Office office;
        office.reply = reply;
        CHECK(office.ask("status please") == reply);
        CHECK(office.lines == std::vector<std::string>{"status please"});
    }
}

TEST_CASE("an answer may be long") {
    Office office;
    office.reply = std::string(10'000'000, 'x');
    CHECK(office.ask("all of it")->size() == 10'000'000);
}

TEST_CASE("an answer may come later than its question") {
    Office office;
    auto answer = std::async(std::launch::async, [&] { return net::ask(office.path, "status", 10s); });
    REQUIRE(turn_until(office.loop, [&] { return office.asker.has_value(); }));
    settle(office.loop);
    office.server->answer(*office.asker, "now");
    REQUIRE(turn_until(office.loop, [&] { return answer.wait_for(0s) == std::future_status::ready; }));
    CHECK(answer.get() == "now");
}

TEST_CASE("a question may come in pieces, and what follows it means nothing") {
    Office office;
    const auto asker = connect_locally(office.path).value();
    send(asker, "sta");
    settle(office.loop);
    send(asker, "tus\nstop\n");
    REQUIRE(turn_until(office.loop, [&] { return !office.lines.empty(); }));
    send(asker, "stop\n");
    settle(office.loop);
    CHECK(office.lines == std::vector<std::string>{"status"});
}

TEST_CASE("a question beyond the limit is refused without being asked") {
    Office office;
    const auto answer = office.ask(std::string(base::limits::control_question_octets + 1, 'x'));
    CHECK(answer == "the question is too long\n");
    CHECK(office.lines.empty());
    office.reply = "ok";
    CHECK(office.ask(std::string(base::limits::control_question_octets, 'x')) == "ok");
}

TEST_CASE("an answer up to the limit is sent whole, one beyond it not at all") {
    Office office({.unsent_octets = 100'000});
    office.reply = std::string(100'000, 'x');
    CHECK(office.ask("all of it") == *office.reply);
    *office.reply += 'x';
    CHECK(office.ask("all of it") == "");
}

TEST_CASE("who asks takes no answer beyond the limit, whatever sends it") {
    Office office;
    office.reply = std::string(100'000, 'x');
    CHECK(office.ask("all of it", 100'000) == *office.reply);
    const auto answer = office.ask("all of it", 99'999);
    REQUIRE_FALSE(answer);
    CHECK(answer.error() == "the answer from " + office.path + " is too long");
}

TEST_CASE("so many ask at the same time as the limit says, one more when somebody has gone") {
    Office office;
    std::vector<Fd> askers;
    for (std::size_t i = 0; i < base::limits::control_connections; ++i) {
        askers.push_back(connect_locally(office.path).value());
        send(askers.back(), "wait\n");
    }
    REQUIRE(turn_until(office.loop, [&] { return office.lines.size() == askers.size(); }));
    const auto one_more = connect_locally(office.path).value();
    REQUIRE(turn_until(office.loop, [&] { return heard(one_more) == ""; }));
    askers.pop_back();
    settle(office.loop);
    office.reply = "ok";
    CHECK(office.ask("status") == "ok");
}

TEST_CASE("who never finishes a question is dropped, who has asked may wait for the answer") {
    Office office({.probation = 30ms});
    const auto asker = connect_locally(office.path).value();
    send(asker, "status\n");
    REQUIRE(turn_until(office.loop, [&] { return office.asker.has_value(); }));
    const auto dawdler = connect_locally(office.path).value();
    send(dawdler, "half a que");
    REQUIRE(turn_until(office.loop, [&] { return heard(dawdler) == ""; }));
    office.server->answer(*office.asker, "now");
    REQUIRE(turn_until(office.loop, [&] { return heard(asker) == "now"; }));
}

TEST_CASE("an answer to somebody who left goes nowhere") {
    Office office;
    {
        const auto asker = connect_locally(office.path).value();
        send(asker, "status\n");
        REQUIRE(turn_until(office.loop, [&] { return office.asker.has_value(); }));
    }
    settle(office.loop);
    office.server->answer(*office.asker, "hello?");
    settle(office.loop);
    office.reply = "still here";
    CHECK(office.ask("status") == "still here");
}

TEST_CASE("somebody who leaves without asking is forgotten") {
    Office office;
    send(connect_locally(office.path).value(), "half a que");
    settle(office.loop);
    office.reply = "ok";
    CHECK(office.ask("status") == "ok");
    CHECK(office.lines == std::vector<std::string>{"status"});
}

TEST_CASE("a path is answered while somebody listens there, and not when only the file is left") {
    Office office;
    CHECK(net::is_answered(office.path));
    CHECK_FALSE(net::is_answered(office.path + ".other"));
}

TEST_CASE("nobody to ask is a sentence") {
    CHECK(net::ask("/nowhere/almon", "status", 1s).error() ==
          "cannot reach /nowhere/almon: No such file or directory");
}

TEST_CASE("an answer that does not come in time is a sentence") {
    Office office;
    const auto answer = net::ask(office.path, "status", 1s);  // the loop is not running
    REQUIRE_FALSE(answer);
    CHECK(answer.error().starts_with("cannot hear an answer from " + office.path));
}
