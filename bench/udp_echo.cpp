// The kernel's floor: a server that answers each datagram with itself behind "SIP/2.0 200 OK", so that a load
// generator takes it for the answer, and does nothing else. One that waits, reads and sends needs that much.
//
//     udp_echo PORT batched|single
#include <fcntl.h>
#include <poll.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "almon/net/socket.hpp"
#include "almon/net/udp_calls.hpp"

using namespace almon;

namespace {

// What was the request line is a header field of the answer.
constexpr std::string_view start = "SIP/2.0 200 OK\r\nWas: ";

template <class Calls>
class Echo {
 public:
    explicit Echo(int fd) : fd_(fd), answers_(base::limits::datagrams_per_turn) {}

    [[noreturn]] void run() {
        for (pollfd waits{fd_, POLLIN, 0};; ::poll(&waits, 1, -1))
            while (answer_batch()) {
            }
    }

 private:
    // False when the socket is empty.
    bool answer_batch() {
        const auto datagrams = calls_.read(fd_, counters_);
        outgoing_.clear();
        for (std::size_t i = 0; i < datagrams.size(); ++i) {
            answers_[i].assign(start).append(datagrams[i].bytes);
            outgoing_.push_back({datagrams[i].from, answers_[i]});
        }
        calls_.write(fd_, outgoing_, counters_);
        return datagrams.size() == base::limits::datagrams_per_turn;
    }

    int fd_;
    Calls calls_;
    net::UdpCounters counters_;
    std::vector<std::string> answers_;
    std::vector<net::Outgoing> outgoing_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return std::fputs("usage: udp_echo PORT batched|single\n", stderr), 2;
    const auto local = base::Endpoint::parse(std::string("127.0.0.1:") + argv[1]);
    if (!local) return std::fputs("udp_echo: no such port\n", stderr), 2;
    const auto socket = net::bind_socket(net::SocketType::datagram, *local, net::PortSharing::exclusive);
    if (!socket) return std::fprintf(stderr, "udp_echo: %s\n", socket.error().c_str()), 1;
    net::enlarge_buffers(*socket);
    ::fcntl(socket->number(), F_SETFL, O_NONBLOCK);
    if (std::string_view(argv[2]) == "single") Echo<net::SingleUdpCalls>(socket->number()).run();
    Echo<net::BatchedUdpCalls>(socket->number()).run();
}
