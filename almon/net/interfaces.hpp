// The addresses of this machine, for a listener on "all of them".
#pragma once

#include <string>
#include <vector>

#include "almon/base/address.hpp"
#include "almon/base/result.hpp"

namespace almon::net {

struct Interface {
    std::string name;
    base::IpAddress address;
};

// One entry an address, of interfaces that are up. Link-local IPv6 addresses are left out: without the zone,
// which SIP cannot carry, they lead nowhere.
[[nodiscard]] base::Outcome<std::vector<Interface>> local_interfaces();

}  // namespace almon::net
