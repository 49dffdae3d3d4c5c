// Test kit: whoever listens to lanes, and what they bring.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "almon/load/lanes.hpp"
#include "almon/net/turn_until.hpp"

namespace almon::load {

inline const Endpoint loopback = Endpoint::parse("127.0.0.1:0").value();

struct Ears final : LaneReader {
    void received(std::uint32_t lane, std::span<const net::Datagram> messages) override {
        for (const auto& message : messages) heard.emplace_back(lane, message.bytes);
    }
    void lost(std::uint32_t lane) override { lost_lanes.push_back(lane); }
    void failed(const std::string& sentence) override { trouble = sentence; }

    std::vector<std::pair<std::uint32_t, std::string>> heard;
    std::vector<std::uint32_t> lost_lanes;
    std::string trouble;
};

inline void send(Lanes& lanes, std::uint32_t lane, const Endpoint& to, std::string_view text) {
    Outbox outbox;
    outbox.send(lane, to, [&](base::Printer& out) { out.put(text); });
    lanes.send(outbox);
}

}  // namespace almon::load
