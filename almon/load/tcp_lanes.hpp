// A TCP connection for each lane, opened before the run begins, and a listener for the callees: the target
// may use the connection that registered them, or open its own.
#pragma once

#include <vector>

#include "almon/load/lanes.hpp"
#include "almon/net/connections.hpp"
#include "almon/net/listener.hpp"
#include "almon/sip/transport/stream_framer.hpp"

namespace almon::load {

class TcpLanes final : public Lanes, net::ConnectionReader {
 public:
    [[nodiscard]] static base::Outcome<std::unique_ptr<Lanes>> open(net::Loop& loop, const Plan& plan,
                                                                    const base::IpAddress& own,
                                                                    LaneReader& reader);

    std::optional<Locals> locals() const override;
    void send(const Outbox& outbox) override;
    std::uint64_t unsent() const override { return unsent_; }

 private:
    // By the connection's slot.
    struct Stream {
        net::ConnectionId id;
        std::uint32_t lane = 0;
        Endpoint peer{}, local{};
        sip::StreamFramer framer{};
    };
    TcpLanes(net::Loop& loop, const Plan& plan, LaneReader& reader);

    void opened(net::ConnectionId id, const Endpoint& peer, const Endpoint& local) override;
    void received(net::ConnectionId id, std::string_view bytes) override;
    void closed(net::ConnectionId id, net::Ending why) override;

    Stream& add(net::ConnectionId id, std::uint32_t lane);
    Stream* find(net::ConnectionId id);
    std::uint32_t lane_of_accepted(net::ConnectionId id) const;
    net::ConnectionId connection_of(std::uint32_t lane) const;
    [[nodiscard]] base::Outcome<void> connect(std::uint32_t lane);
    bool write(std::uint32_t lane, std::string_view octets);

    const Endpoint target_;
    LaneReader& reader_;
    net::Connections connections_;
    std::unique_ptr<net::Listener> listener_;
    std::vector<net::ConnectionId> ours_;  // by lane
    std::vector<std::unique_ptr<Stream>> streams_;
    std::size_t open_ = 0;  // of ours
    std::uint64_t unsent_ = 0;
};

}  // namespace almon::load
