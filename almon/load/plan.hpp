// What a run of the load generator is to do.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "almon/base/result.hpp"
#include "almon/load/user_pattern.hpp"
#include "almon/sip/transaction/timers.hpp"
#include "almon/sip/transport/flow.hpp"

namespace almon::load {

using base::Duration;
using base::Endpoint;
using base::Instant;

// What one unit of work is: a REGISTER, an OPTIONS, or a whole call.
enum class Kind : std::uint8_t { registration, call, options };
std::string_view name_of(Kind kind);

// What we make the machine keep or open at once, whatever the command line asks for.
inline constexpr std::size_t most_outstanding = 1'000'000;
inline constexpr unsigned most_source_ports = 1'000;
inline constexpr std::uint32_t most_users = 100'000'000;
// Units that one step begins before answers get their turn.
inline constexpr std::size_t units_per_step = 256;
// Registrations under way at once while the callees of a run register.
inline constexpr std::uint32_t preparation_window = 50;

struct Plan {
    Kind kind = Kind::registration;
    Endpoint target;
    sip::Transport transport = sip::Transport::udp;
    std::string domain;
    double rate = 0;           // units a second, open loop; 0: closed loop
    std::uint32_t window = 1;  // outstanding units of the closed loop
    std::optional<std::uint64_t> count;
    std::optional<Duration> lasts;
    std::uint32_t users = 100;  // options: 0 asks the server itself
    UserPattern names;
    std::string password;  // empty: challenges are not answered
    bool in_random_order = false;
    unsigned source_ports = 1;
    std::uint16_t first_port = 0;  // of them, the callees' behind the last; 0: any that are free
    std::chrono::seconds expires{3'600};
    Duration ring{};
    Duration hold{};
    sip::Timers timers;
};

// The port of a lane.
std::uint16_t port_of(const Plan& plan, std::uint32_t lane);

// Whom we speak as: an address a source port, and the callees' one.
struct Locals {
    std::vector<Endpoint> lanes;
    Endpoint callee;

    std::uint32_t callee_lane() const { return static_cast<std::uint32_t>(lanes.size()); }
    const Endpoint& of(std::uint32_t lane) const { return lane < lanes.size() ? lanes[lane] : callee; }
};

// "192.0.2.1:5060", "192.0.2.1", "[2001:db8::1]:5060", "2001:db8::1". Never a name: load goes where the user
// points, and nowhere that a look-up says.
[[nodiscard]] base::Outcome<Endpoint> parse_target(std::string_view text);
// An address as a URI writes it.
std::string uri_host(const base::IpAddress& address);

}  // namespace almon::load
