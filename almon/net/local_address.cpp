#include "almon/net/local_address.hpp"

#include <algorithm>

namespace almon::net {

base::Outcome<LocalAddress> LocalAddress::of(const std::string& path) {
    LocalAddress local;
    auto& room = local.address_.sun_path;
    if (path.empty() || path.size() >= sizeof room)
        return base::trouble("the socket path \"" + path + "\" must have 1 to " +
                             std::to_string(sizeof room - 1) + " octets");
    local.address_.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), room);
    return local;
}

base::Outcome<Fd> connect_locally(const std::string& path) {
    const auto address = LocalAddress::of(path);
    if (!address) return base::trouble(address.error());
    Fd socket(::socket(AF_UNIX, SOCK_STREAM, 0));
    if (!socket || ::connect(socket.number(), address->data(), address->size()) != 0)
        return system_trouble("reach " + path);
    return socket;
}

}  // namespace almon::net
