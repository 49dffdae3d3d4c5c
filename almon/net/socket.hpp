// Making and binding sockets.
#pragma once

#include <optional>
#include <string>

#include "almon/base/address.hpp"
#include "almon/base/result.hpp"
#include "almon/net/fd.hpp"

namespace almon::net {

enum class SocketType { datagram, stream };

// Whether several sockets, one a shard, share a port and the kernel spreads the load (SO_REUSEPORT).
enum class PortSharing { exclusive, shared };

// A bound socket; port 0 takes a free one. An IPv6 socket speaks IPv6 only. A stream socket may take over a
// port that old connections still linger on (SO_REUSEADDR).
[[nodiscard]] base::Outcome<Fd> bind_socket(SocketType type, const base::Endpoint& local,
                                            PortSharing sharing);

// A stream socket on its way to a peer, from this local address if given; it is writable when the peer has
// taken it, or has not.
[[nodiscard]] base::Outcome<Fd> begin_to_connect(const base::Endpoint& to,
                                                 std::optional<base::IpAddress> from);

// What became of it: 0, or the errno.
int connect_error(int socket);

// Asks for limits::socket_buffer_octets both ways; with fewer rights than root's the system's maximum is what
// one gets.
void enlarge_buffers(const Fd& socket);

// Sends small writes at once (TCP_NODELAY): we gather them ourselves.
void send_at_once(const Fd& socket);

// "UDP" or "TCP" and the endpoint, for people.
std::string describe(SocketType type, const base::Endpoint& endpoint);

}  // namespace almon::net
