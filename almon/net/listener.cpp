#include "almon/net/listener.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "almon/net/local_address.hpp"
#include "almon/net/socket_address.hpp"

namespace almon::net {
namespace {

base::Outcome<std::unique_ptr<Listener>> listen(Loop& loop, Fd socket, Connections& connections,
                                                const std::string& where) {
    if (::listen(socket.number(), SOMAXCONN) != 0) return system_trouble("listen on " + where);
    auto listener = std::make_unique<Listener>(loop, std::move(socket), connections);
    if (!listener->watches()) return base::trouble("cannot watch " + where);
    return listener;
}

// A file that nobody answers at was left by a process that died.
void remove_dead_socket(const std::string& path, const LocalAddress& address) {
    struct stat found{};
    if (::lstat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) return;
    const Fd probe(::socket(AF_UNIX, SOCK_STREAM, 0));
    if (::connect(probe.number(), address.data(), address.size()) != 0 && errno == ECONNREFUSED)
        ::unlink(path.c_str());
}

// Nobody gets in before the mode is set: a socket that does not listen yet refuses all.
base::Outcome<Fd> bind_locally(const std::string& path) {
    const auto address = LocalAddress::of(path);
    if (!address) return base::trouble(address.error());
    remove_dead_socket(path, *address);
    Fd socket(::socket(AF_UNIX, SOCK_STREAM, 0));
    if (!socket || ::bind(socket.number(), address->data(), address->size()) != 0)
        return system_trouble("bind " + path);
    if (::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0) return system_trouble("set the mode of " + path);
    return socket;
}

// Errors of the process or the system, which last, not of one connection that went away meanwhile.
bool out_of_resources(int error) {
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

base::Outcome<std::unique_ptr<Listener>> Listener::tcp(Loop& loop, const base::Endpoint& local,
                                                       PortSharing sharing, Connections& connections) {
    auto socket = bind_socket(SocketType::stream, local, sharing);
    if (!socket) return base::trouble(std::move(socket).error());
    return listen(loop, std::move(*socket), connections, describe(SocketType::stream, local));
}

base::Outcome<std::unique_ptr<Listener>> Listener::local(Loop& loop, const std::string& path,
                                                         Connections& connections) {
    auto socket = bind_locally(path);
    if (!socket) return base::trouble(std::move(socket).error());
    auto listener = listen(loop, std::move(*socket), connections, path);
    if (listener) (*listener)->path_ = path;
    return listener;
}

Listener::Listener(Loop& loop, Fd socket, Connections& connections)
    : loop_(loop),
      connections_(connections),
      endpoint_(local_endpoint(socket.number())),
      pause_(loop, *this),
      socket_(loop, std::move(socket), *this) {
    if (socket_) socket_.await_readable();
}

Listener::~Listener() {
    if (!path_.empty()) ::unlink(path_.c_str());
}

void Listener::readable() {
    auto outcome = Accepted::one;
    for (std::size_t i = 0; i < base::limits::accepts_per_turn && outcome == Accepted::one; ++i)
        outcome = accept_one();
    if (outcome != Accepted::no_resources) return socket_.await_readable();
    // Waiting for readability would spin: the connection that we cannot take keeps the socket readable.
    ++counters_.pauses;
    pause_.wake_at(loop_.moment().now + base::limits::accept_pause);
}

void Listener::woken(base::Moment) {
    socket_.await_readable();
}

Listener::Accepted Listener::accept_one() {
    SocketAddress peer;
    auto size = SocketAddress::capacity;
    Fd socket(::accept(socket_.number(), peer.data(), &size));
    if (!socket) return out_of_resources(errno) ? Accepted::no_resources : Accepted::none;
    ++(connections_.adopt(std::move(socket), peer.endpoint()) ? counters_.accepted : counters_.refused);
    return Accepted::one;
}

}  // namespace almon::net
