// Test kit: one phone of alice's, and at the place of its server somebody who says what a test wants.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "almon/sim/phone.hpp"
#include "almon/sim/test_network.hpp"
#include "almon/sip/reply.hpp"

namespace almon::sim {

using namespace std::chrono_literals;

inline PhoneOptions options_of_alice(sip::Transport transport = sip::Transport::udp) {
    return {.user = "alice",
            .password = "zanzibar",
            .domain = "example.com",
            .address = endpoint("192.0.2.2:5060"),
            .server = endpoint("192.0.2.1:5060"),
            .transport = transport};
}

// The value of a message's first field with that name; empty: none.
inline std::string field(std::string_view message, std::string_view name) {
    const auto line = "\r\n" + std::string(name) + ": ";
    const auto at = message.find(line);
    if (at == message.npos) return {};
    const auto rest = message.substr(at + line.size());
    return std::string(rest.substr(0, rest.find("\r\n")));
}

inline std::string challenge(std::string_view field, std::string_view nonce,
                             std::string_view realm = "example.com") {
    return std::string(field) + ": Digest realm=\"" + std::string(realm) + "\", nonce=\"" +
           std::string(nonce) + "\", algorithm=MD5, qop=\"auth\"\r\n";
}

struct TestPhone : TestNetwork {
    explicit TestPhone(sip::Transport transport = sip::Transport::udp)
        : phone(7, network, clock, trace, options_of_alice(transport)) {}

    void pass(Duration time) { run_for(time, &phone); }
    // How many messages with this start the phone has sent, repeats and all.
    std::size_t count(std::string_view start) const {
        return static_cast<std::size_t>(
            std::count_if(server.heard.begin(), server.heard.end(),
                          [&](const auto& one) { return one.starts_with(start); }));
    }
    // The last of them.
    std::string last(std::string_view start) const {
        const auto found = std::find_if(server.heard.rbegin(), server.heard.rend(),
                                        [&](const auto& one) { return one.starts_with(start); });
        REQUIRE_MESSAGE(found != server.heard.rend(), trace.ladder());
        return *found;
    }
    void send(std::string_view octets) {
        network.send(server.address, phone.address(), octets);
        pass(10ms);
    }
    // To the last request with that method.
    void answer(std::string_view method, std::uint16_t status, std::string_view fields = {},
                std::string_view tag = "b") {
        const auto request = sip::Message::parse(last(method)).value();
        char buffer[4096];
        base::Printer out{buffer};
        sip::write_reply(request, {.status = sip::Status(status), .to_tag = sip::Tag(tag), .fields = fields},
                         out);
        send(out.view());
    }

    Ear server{*this, "192.0.2.1:5060"};
    Phone phone;
};

}  // namespace almon::sim
