// What `almon serve` tells the person who starts it.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "almon/base/address.hpp"
#include "almon/host/server.hpp"

namespace almon::app {

struct Greeting {
    std::string domain;
    std::span<const stack::Listener> listeners;
    std::span<const host::NewAccount> new_accounts;
    std::size_t accounts = 0;     // in our domains
    std::string network_address;  // of this machine for others, as a URI writes it; empty: unknown
};

// At most ten lines, unless it listens on more than two addresses.
std::string print_greeting(const Greeting& greeting);

}  // namespace almon::app
