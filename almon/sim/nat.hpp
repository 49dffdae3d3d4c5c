// A NAT as homes have one (RFC 4787): the hosts behind it are seen under its one address, each of their ports
// as a port of its own that stays the same whomever they talk to. What comes in must come from where
// something was sent to, and a port that nobody has sent from for long is given up.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "almon/base/address.hpp"
#include "almon/sim/clock.hpp"

namespace almon::sim {

class Nat {
 public:
    explicit Nat(const base::IpAddress& address) : address_(address) {}

    const base::IpAddress& address() const { return address_; }
    // As whom `inside` is seen by `to`, now that it sends something there.
    base::Endpoint outside(const base::Endpoint& inside, const base::Endpoint& to, Instant now);
    // Who is meant by a port of ours that `from` sends to; nobody, when nobody asked for that.
    std::optional<base::Endpoint> inside(std::uint16_t port, const base::Endpoint& from, Instant now) const;
    // It has been switched off and on.
    void forgets() { mappings_.clear(); }

 private:
    struct Mapping {
        std::uint16_t port = 0;
        Instant last_used{};
        std::set<base::Endpoint> peers = {};
    };
    base::IpAddress address_;
    std::map<base::Endpoint, Mapping> mappings_;  // by the inside
    std::uint16_t next_port_ = 20'000;
};

}  // namespace almon::sim
