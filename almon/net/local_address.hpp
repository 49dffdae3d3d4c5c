// The address of a socket in the file system.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <string>

#include "almon/base/result.hpp"
#include "almon/net/fd.hpp"

namespace almon::net {

class LocalAddress {
 public:
    // A path has at most 107 octets.
    [[nodiscard]] static base::Outcome<LocalAddress> of(const std::string& path);

    const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&address_); }
    socklen_t size() const { return sizeof address_; }

 private:
    sockaddr_un address_{};
};

// A blocking socket connected to it.
[[nodiscard]] base::Outcome<Fd> connect_locally(const std::string& path);

}  // namespace almon::net
