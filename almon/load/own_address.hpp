// Which address of this machine others see us by.
#pragma once

#include "almon/base/address.hpp"
#include "almon/base/result.hpp"

namespace almon::load {

// The one that the system would send from to get there; nothing is sent.
[[nodiscard]] base::Outcome<base::IpAddress> address_towards(const base::Endpoint& target);

}  // namespace almon::load
