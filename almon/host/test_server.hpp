// Test kit: a whole server on free ports of the loopback, on a thread of its own.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <thread>

#include "almon/host/server.hpp"
#include "almon/host/state.hpp"
#include "almon/host/test_phone.hpp"
#include "almon/net/line_server.hpp"
#include "almon/store/scratch_folder_test.hpp"

namespace almon::host {

class TestServer {
 public:
    // `file`: where its configuration is written, with these lines beside those that it needs.
    explicit TestServer(const store::ScratchFolder& folder, const std::string& lines = usual)
        : file_(folder.path() + "/almon.toml"), state_(folder.path() + "/state") {
        write(folder, lines);
        start();
    }
    ~TestServer() {
        if (thread_.joinable()) stop();
    }
    static inline const std::string usual =
        "[server]\nlisten = [\"udp:127.0.0.1:0\", \"tcp:127.0.0.1:0\"]\nshards = 2\n"
        "domains = [\"example.com\"]\n[access]\ntrusted = [\"127.0.0.0/8\"]\n[log]\nlevel = \"error\"\n";
    static void write(const store::ScratchFolder& folder, const std::string& lines) {
        folder.write("almon.toml", lines);
    }

    void start() {
        const Overrides overrides{.state = state_};
        auto config = configure(file_, overrides);
        REQUIRE(config);
        server_ = Server::open(std::move(*config), file_, overrides).value();
        udp = server_->listeners().front().local;
        thread_ = std::thread([this] { server_->run(); });
    }
    void stop() {
        server_->stop();
        thread_.join();
        server_.reset();
    }
    Server& server() { return *server_; }
    const std::string& state() const { return state_; }

    // The answer over the control socket, a JSON object.
    std::string ask(const std::string& question) const {
        return net::ask(control_socket(state_), question, std::chrono::seconds(10)).value();
    }
    // The status of the answer to a REGISTER.
    std::string registers(const std::string& user, const std::string& domain = "example.com") const {
        auto phone = TestPhone::udp();
        auto registration = TestRequest::registration(user, "sip:" + user + "@127.0.0.1:9");
        registration.uri = "sip:" + base::printed(udp);
        auto request = registration.text(phone.endpoint());
        const auto to = request.find("@example.com>\r\nCall-ID");
        phone.send(request.replace(to + 1, 11, domain), udp);
        for (int i = 0; i < 100 && phone.hear(0).empty(); ++i) phone.hear(100);
        return phone.hear(0).substr(8, 3);
    }

    base::Endpoint udp;

 private:
    std::string file_, state_;
    std::unique_ptr<Server> server_;
    std::thread thread_;
};

}  // namespace almon::host
