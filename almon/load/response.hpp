// A response, looked at as little as finding its request takes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "almon/sip/status.hpp"

namespace almon::load {

inline constexpr std::string_view branch_cookie = "z9hG4bK";  // RFC 3261 §8.1.1.7

struct Response {
    sip::Status status{0};
    std::string_view branch;   // of the topmost Via
    std::uint64_t handle = 0;  // of the unit that asked
    std::uint32_t cseq = 0;    // of its request: each has a branch of its own

    // Nothing when it answers no request that carries this salt.
    static std::optional<Response> read(std::string_view octets, std::string_view salt);
};

}  // namespace almon::load
