// A datagram that came and one that goes, as values that own nothing.
#pragma once

#include <cstdint>
#include <string_view>

#include "almon/base/address.hpp"

namespace almon::net {

struct Datagram {
    base::Endpoint from;
    std::string_view bytes;  // valid until the socket is read again
};

struct Outgoing {
    base::Endpoint to;
    std::string_view bytes;
};

struct UdpCounters {
    std::uint64_t received = 0;
    std::uint64_t truncated = 0;      // longer than a buffer: dropped
    std::uint64_t sent = 0;           // taken by the kernel
    std::uint64_t undeliverable = 0;  // refused by the kernel: no route, too long, wrong family
    std::uint64_t dropped = 0;        // no room, neither in the kernel nor in limits::unsent_datagrams
};

}  // namespace almon::net
