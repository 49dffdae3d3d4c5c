#include <array>
#include <cerrno>

#include "almon/net/socket_address.hpp"
#include "almon/net/udp_calls.hpp"

namespace almon::net {
namespace {

constexpr auto batch = base::limits::datagrams_per_turn;

}  // namespace

struct SingleUdpCalls::Buffers {
    explicit Buffers(std::size_t each)
        : octets(each), room(std::make_unique_for_overwrite<char[]>(each * batch)) {}

    std::size_t octets;
    std::unique_ptr<char[]> room;  // memory that no datagram has filled is never touched
    std::array<Datagram, batch> datagrams;
};

SingleUdpCalls::SingleUdpCalls(std::size_t octets) : buffers_(std::make_unique<Buffers>(octets)) {}
SingleUdpCalls::~SingleUdpCalls() = default;

std::span<const Datagram> SingleUdpCalls::read(int fd, UdpCounters& counters) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < batch; ++i) {
        char* const room = buffers_->room.get() + count * buffers_->octets;
        SocketAddress from;
        iovec piece{room, buffers_->octets};
        msghdr header{};
        header.msg_name = from.data();
        header.msg_namelen = SocketAddress::capacity;
        header.msg_iov = &piece;
        header.msg_iovlen = 1;
        const auto size = ::recvmsg(fd, &header, 0);
        if (size < 0) break;
        if ((header.msg_flags & MSG_TRUNC) != 0) {
            ++counters.truncated;
            continue;
        }
        buffers_->datagrams[count++] = {from.endpoint(), {room, static_cast<std::size_t>(size)}};
    }
    counters.received += count;
    return std::span(buffers_->datagrams).first(count);
}

std::size_t SingleUdpCalls::write(int fd, std::span<const Outgoing> datagrams, UdpCounters& counters) {
    for (std::size_t i = 0; i < datagrams.size(); ++i) {
        const auto& [to, bytes] = datagrams[i];
        const SocketAddress address(to);
        if (::sendto(fd, bytes.data(), bytes.size(), 0, address.data(), address.size()) >= 0) {
            ++counters.sent;
        } else {
            if (errno == EAGAIN || errno == EWOULDBLOCK) return i;
            ++counters.undeliverable;
        }
    }
    return datagrams.size();
}

}  // namespace almon::net
