#include "almon/net/udp_socket.hpp"

#include "almon/base/limits.hpp"
#include "almon/net/loop.hpp"
#include "almon/net/socket_address.hpp"

namespace almon::net {

base::Outcome<std::unique_ptr<UdpSocket>> UdpSocket::bind(Loop& loop, const base::Endpoint& local,
                                                          PortSharing sharing, UdpReader& reader) {
    auto fd = bind_socket(SocketType::datagram, local, sharing);
    if (!fd) return base::trouble(std::move(fd).error());
    enlarge_buffers(*fd);
    auto socket = std::make_unique<UdpSocket>(loop, std::move(*fd), reader);
    if (!socket->socket_) return base::trouble("cannot watch " + describe(SocketType::datagram, local));
    return socket;
}

UdpSocket::UdpSocket(Loop& loop, Fd socket, UdpReader& reader)
    : loop_(loop),
      reader_(reader),
      local_(local_endpoint(socket.number())),
      unsent_(base::limits::unsent_datagrams),
      socket_(loop, std::move(socket), *this) {
    if (socket_) socket_.await_readable();
}

void UdpSocket::send(std::span<const Outgoing> datagrams) {
    const bool waiting = !unsent_.empty();
    if (!waiting) datagrams = datagrams.subspan(calls_.write(socket_.number(), datagrams, counters_));
    if (datagrams.empty()) return;
    counters_.dropped += unsent_.keep(datagrams);
    if (!waiting) socket_.await_writable();
}

// One batch, whatever else there is: the next comes after the others had their turn.
void UdpSocket::readable() {
    const auto datagrams = calls_.read(socket_.number(), counters_);
    if (datagrams.size() == base::limits::datagrams_per_turn) loop_.hurry();
    socket_.await_readable();  // before the reader may destroy this socket
    if (!datagrams.empty()) reader_.received(*this, datagrams);
}

void UdpSocket::writable() {
    unsent_.offer(
        [this](std::span<const Outgoing> batch) { return calls_.write(socket_.number(), batch, counters_); });
    if (!unsent_.empty()) socket_.await_writable();
}

}  // namespace almon::net
