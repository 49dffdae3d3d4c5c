// A UDP socket on a loop: drained in batches, written in batches.
#pragma once

#include <memory>
#include <span>

#include "almon/base/result.hpp"
#include "almon/net/datagram.hpp"
#include "almon/net/datagram_queue.hpp"
#include "almon/net/descriptor.hpp"
#include "almon/net/socket.hpp"
#include "almon/net/udp_calls.hpp"

namespace almon::net {

class UdpSocket;

class UdpReader {
 public:
    // At most limits::datagrams_per_turn datagrams; their bytes are valid during the call. The reader may
    // send, and it may destroy the socket.
    virtual void received(UdpSocket& socket, std::span<const Datagram> datagrams) = 0;

 protected:
    ~UdpReader() = default;
};

class UdpSocket final : Readiness {
 public:
    // Binds and begins to read. An error is a sentence such as "cannot bind UDP …: Address already in use".
    [[nodiscard]] static base::Outcome<std::unique_ptr<UdpSocket>> bind(Loop& loop,
                                                                        const base::Endpoint& local,
                                                                        PortSharing sharing,
                                                                        UdpReader& reader);
    UdpSocket(Loop& loop, Fd socket, UdpReader& reader);

    // Hands all to the kernel. What it has no room for waits, up to limits::unsent_datagrams; what finds no
    // room there, or no way, is dropped and counted.
    void send(std::span<const Outgoing> datagrams);

    const base::Endpoint& local() const { return local_; }
    const UdpCounters& counters() const { return counters_; }

 private:
    void readable() override;
    void writable() override;

    Loop& loop_;
    UdpReader& reader_;
    base::Endpoint local_;
    UdpCounters counters_;
    UdpCalls calls_;
    DatagramQueue unsent_;
    Descriptor socket_;
};

}  // namespace almon::net
