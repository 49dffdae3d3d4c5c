// A UDP socket for each lane, drained and written in batches.
#pragma once

#include <vector>

#include "almon/load/lanes.hpp"
#include "almon/net/udp_socket.hpp"

namespace almon::load {

class UdpLanes final : public Lanes {
 public:
    [[nodiscard]] static base::Outcome<std::unique_ptr<Lanes>> open(net::Loop& loop, const Plan& plan,
                                                                    const base::IpAddress& own,
                                                                    LaneReader& reader);

    std::optional<Locals> locals() const override { return locals_; }
    void send(const Outbox& outbox) override;
    std::uint64_t unsent() const override;

 private:
    // Takes in what comes from the target's address or our own, and nothing else: whoever else writes to
    // our ports gets no answer.
    struct Lane final : net::UdpReader {
        Lane(UdpLanes& its_lanes, std::uint32_t its_number) : lanes(its_lanes), number(its_number) {}
        void received(net::UdpSocket& socket, std::span<const net::Datagram> datagrams) override;

        UdpLanes& lanes;
        std::uint32_t number;
        std::unique_ptr<net::UdpSocket> socket;
        std::vector<net::Outgoing> leaving;
    };
    UdpLanes(const Plan& plan, const base::IpAddress& own, LaneReader& reader)
        : target_(plan.target.address), own_(own), reader_(reader) {}
    base::Outcome<Endpoint> add(net::Loop& loop, std::uint16_t port);
    bool knows(const base::IpAddress& address) const { return address == target_ || address == own_; }

    const base::IpAddress target_, own_;
    LaneReader& reader_;
    Locals locals_;
    std::vector<std::unique_ptr<Lane>> lanes_;
    std::vector<std::uint32_t> busy_;  // lanes with something to send
};

}  // namespace almon::load
