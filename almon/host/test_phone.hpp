// Test kit: a phone of octets. It sends what it is told and keeps what comes, over UDP or TCP on the
// loopback.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "almon/net/socket.hpp"
#include "almon/net/socket_address.hpp"

namespace almon::host {

class TestPhone {
 public:
    static TestPhone udp() { return TestPhone(bound(net::SocketType::datagram)); }
    static TestPhone tcp(const base::Endpoint& server) {
        TestPhone phone(bound(net::SocketType::stream));
        const net::SocketAddress address(server);
        REQUIRE(::connect(phone.socket_.number(), address.data(), address.size()) == 0);
        return phone;
    }
    // Waits for connections, on a port of its own.
    static TestPhone listening() {
        TestPhone phone(bound(net::SocketType::stream));
        REQUIRE(::listen(phone.socket_.number(), 8) == 0);
        return phone;
    }
    std::optional<TestPhone> accept() const {
        if (!has_come(0)) return {};
        return TestPhone(net::Fd(::accept(socket_.number(), nullptr, nullptr)));
    }

    base::Endpoint endpoint() const { return net::local_endpoint(socket_.number()); }
    void send(std::string_view octets) const {
        REQUIRE(::send(socket_.number(), octets.data(), octets.size(), 0) ==
                static_cast<ssize_t>(octets.size()));
    }
    void send(std::string_view octets, const base::Endpoint& to) const {
        const net::SocketAddress address(to);
        REQUIRE(::sendto(socket_.number(), octets.data(), octets.size(), 0, address.data(), address.size()) ==
                static_cast<ssize_t>(octets.size()));
    }
    // Everything that comes within this time after the last, as one text.
    const std::string& hear(int patience_ms) {
        while (has_come(patience_ms)) {
            char octets[65'536];
            const auto size = ::recv(socket_.number(), octets, sizeof octets, 0);
            if (size <= 0) break;
            heard_.append(octets, static_cast<std::size_t>(size));
        }
        return heard_;
    }
    std::size_t count(std::string_view wanted) const {
        std::size_t found = 0;
        for (std::size_t at = 0; (at = heard_.find(wanted, at)) != heard_.npos; ++at) ++found;
        return found;
    }

 private:
    explicit TestPhone(net::Fd socket) : socket_(std::move(socket)) {}
    static net::Fd bound(net::SocketType type) {
        const auto loopback = base::Endpoint::parse("127.0.0.1:0").value();
        return net::bind_socket(type, loopback, net::PortSharing::exclusive).value();
    }
    bool has_come(int patience_ms) const {
        pollfd wanted{socket_.number(), POLLIN, 0};
        return ::poll(&wanted, 1, patience_ms) == 1;
    }

    net::Fd socket_;
    std::string heard_;
};

// A request of `user`@example.com, with further fields as whole lines.
struct TestRequest {
    std::string method, user, uri;
    std::string more = {};
    std::string transport = "UDP";

    static TestRequest registration(const std::string& user, const std::string& contact) {
        return {"REGISTER", user, "sip:example.com", "Contact: <" + contact + ">\r\nExpires: 600\r\n"};
    }
    std::string text(const base::Endpoint& from) const {
        return method + " " + uri + " SIP/2.0\r\nVia: SIP/2.0/" + transport + " " + base::printed(from) +
               ";branch=z9hG4bK" + user + method + "\r\nMax-Forwards: 70\r\nFrom: <sip:" + user +
               "@example.com>;tag=1\r\nTo: <" +
               (method == "REGISTER" ? "sip:" + user + "@example.com" : uri) + ">\r\nCall-ID: " + user +
               method + "\r\nCSeq: 1 " + method + "\r\n" + more + "Content-Length: 0\r\n\r\n";
    }
};

}  // namespace almon::host
