#ifdef __linux__
#include <algorithm>
#include <array>
#include <cerrno>

#include "almon/net/socket_address.hpp"
#include "almon/net/udp_calls.hpp"

namespace almon::net {
namespace {

constexpr auto batch = base::limits::datagrams_per_turn;

// The headers of one batch, each tied to its address and its piece of memory once for all.
struct Headers {
    Headers() {
        for (std::size_t i = 0; i < batch; ++i) {
            auto& header = headers[i].msg_hdr;
            header.msg_name = addresses[i].data();
            header.msg_iov = &pieces[i];
            header.msg_iovlen = 1;
        }
    }
    void load(std::span<const Outgoing> datagrams) {
        for (std::size_t i = 0; i < datagrams.size(); ++i) {
            const auto bytes = datagrams[i].bytes;
            addresses[i] = SocketAddress(datagrams[i].to);
            headers[i].msg_hdr.msg_namelen = addresses[i].size();
            pieces[i] = {const_cast<char*>(bytes.data()), bytes.size()};  // the kernel only reads it
        }
    }

    std::array<SocketAddress, batch> addresses;
    std::array<iovec, batch> pieces{};
    std::array<mmsghdr, batch> headers{};
};

}  // namespace

struct BatchedUdpCalls::Buffers {
    explicit Buffers(std::size_t each) : room(std::make_unique_for_overwrite<char[]>(each * batch)) {
        for (std::size_t i = 0; i < batch; ++i) arriving.pieces[i] = {room.get() + i * each, each};
    }

    std::unique_ptr<char[]> room;  // memory that no datagram has filled is never touched
    Headers arriving;
    Headers leaving;
    std::array<Datagram, batch> datagrams;
};

BatchedUdpCalls::BatchedUdpCalls(std::size_t octets) : buffers_(std::make_unique<Buffers>(octets)) {}
BatchedUdpCalls::~BatchedUdpCalls() = default;

std::span<const Datagram> BatchedUdpCalls::read(int fd, UdpCounters& counters) {
    auto& [addresses, pieces, headers] = buffers_->arriving;
    for (auto& header : headers) header.msg_hdr.msg_namelen = SocketAddress::capacity;
    const auto arrived = std::max(0, ::recvmmsg(fd, headers.data(), batch, 0, nullptr));
    std::size_t count = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(arrived); ++i) {
        if ((headers[i].msg_hdr.msg_flags & MSG_TRUNC) != 0) {
            ++counters.truncated;
        } else {
            const auto* const bytes = static_cast<const char*>(pieces[i].iov_base);
            buffers_->datagrams[count++] = {addresses[i].endpoint(), {bytes, headers[i].msg_len}};
        }
    }
    counters.received += count;
    return std::span(buffers_->datagrams).first(count);
}

std::size_t BatchedUdpCalls::write(int fd, std::span<const Outgoing> datagrams, UdpCounters& counters) {
    std::size_t done = 0;
    while (done < datagrams.size()) {
        const auto next = datagrams.subspan(done, std::min(batch, datagrams.size() - done));
        buffers_->leaving.load(next);
        const auto sent =
            ::sendmmsg(fd, buffers_->leaving.headers.data(), static_cast<unsigned>(next.size()), 0);
        if (sent > 0) {
            counters.sent += static_cast<std::size_t>(sent);
            done += static_cast<std::size_t>(sent);
        } else {
            // The error is that of the first datagram; the others get their try.
            if (errno == EAGAIN || errno == EWOULDBLOCK) return done;
            ++counters.undeliverable;
            ++done;
        }
    }
    return done;
}

}  // namespace almon::net
#endif
