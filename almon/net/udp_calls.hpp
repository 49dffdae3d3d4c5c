// The system calls that move datagrams, a batch at a time, in two sets of one shape: recvmmsg and sendmmsg,
// which Linux has, and recvmsg and sendto, which all have. docs/decisions tells what the first set saves
// (bench/udp_echo.cpp measures it).
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "almon/base/limits.hpp"
#include "almon/net/datagram.hpp"

namespace almon::net {

// One octet more than the longest SIP message, so that none is cut without notice.
inline constexpr std::size_t datagram_room = base::limits::message_octets + 1;

// One datagram a call.
class SingleUdpCalls {
 public:
    explicit SingleUdpCalls(std::size_t octets = datagram_room);
    ~SingleUdpCalls();

    // At most limits::datagrams_per_turn datagrams; none when there is nothing (more) to read. The bytes
    // stand in buffers of this object. Those that are longer than `octets` are dropped and counted.
    std::span<const Datagram> read(int fd, UdpCounters& counters);
    // How many of the first are done with: sent, or counted as undeliverable. Fewer than given: the kernel
    // has no room now.
    std::size_t write(int fd, std::span<const Outgoing> datagrams, UdpCounters& counters);

 private:
    struct Buffers;
    std::unique_ptr<Buffers> buffers_;
};

#ifdef __linux__
// All datagrams of a batch in one call.
class BatchedUdpCalls {
 public:
    explicit BatchedUdpCalls(std::size_t octets = datagram_room);
    ~BatchedUdpCalls();

    std::span<const Datagram> read(int fd, UdpCounters& counters);
    std::size_t write(int fd, std::span<const Outgoing> datagrams, UdpCounters& counters);

 private:
    struct Buffers;
    std::unique_ptr<Buffers> buffers_;
};
using UdpCalls = BatchedUdpCalls;
#else
using UdpCalls = SingleUdpCalls;
#endif

}  // namespace almon::net
