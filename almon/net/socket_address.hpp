// base::Endpoint as the kernel writes it.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "almon/base/address.hpp"

namespace almon::net {

class SocketAddress {
 public:
    SocketAddress() = default;  // room for the kernel to write into
    explicit SocketAddress(const base::Endpoint& endpoint);
    // From a list of the system's, such as getifaddrs().
    explicit SocketAddress(const sockaddr& address);

    // What the kernel wrote; an address that is neither IPv4 nor IPv6 reads as 0.0.0.0:0.
    base::Endpoint endpoint() const;

    sockaddr* data() { return &any_; }
    const sockaddr* data() const { return &any_; }
    socklen_t size() const { return any_.sa_family == AF_INET6 ? sizeof v6_ : sizeof v4_; }
    static constexpr socklen_t capacity = sizeof(sockaddr_in6);

 private:
    union {
        sockaddr_in6 v6_{};  // the largest first, so that all of it is zeroed
        sockaddr_in v4_;
        sockaddr any_;
    };
};

// Where a socket is bound, and whom it is connected to; 0.0.0.0:0 when it is not.
base::Endpoint local_endpoint(int fd);
base::Endpoint peer_endpoint(int fd);

}  // namespace almon::net
