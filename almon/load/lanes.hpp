// The ways to the target: a socket or a connection for each source port, and one for the callees.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "almon/base/result.hpp"
#include "almon/load/outbox.hpp"
#include "almon/load/plan.hpp"
#include "almon/net/datagram.hpp"
#include "almon/net/loop.hpp"

namespace almon::load {

class LaneReader {
 public:
    // Messages from the target, or from ourselves.
    virtual void received(std::uint32_t lane, std::span<const net::Datagram> messages) = 0;
    // A connection broke; the next message opens another.
    virtual void lost(std::uint32_t lane) = 0;
    // The target takes no connections.
    virtual void failed(const std::string& sentence) = 0;

 protected:
    ~LaneReader() = default;
};

class Lanes {
 public:
    virtual ~Lanes() = default;
    // All of them, once all are open.
    virtual std::optional<Locals> locals() const = 0;
    virtual void send(const Outbox& outbox) = 0;
    // Messages that the system did not take.
    virtual std::uint64_t unsent() const = 0;
};

}  // namespace almon::load
