// The side that asks: begins units of work and leads each to its end. Octets and time in; octets, timers and
// counts out.
#pragma once

#include <string_view>

#include "almon/base/random.hpp"
#include "almon/load/challenge.hpp"
#include "almon/load/desk.hpp"
#include "almon/load/requests.hpp"
#include "almon/load/response.hpp"
#include "almon/load/unit.hpp"

namespace almon::load {

class Caller {
 public:
    Caller(const Desk& desk, base::Random& random);

    struct Start {
        Kind kind;
        std::uint32_t user, callee, lane;  // as all here: see Unit
        std::uint32_t expires;
        Instant intended;
    };
    void begin(const Start& start, Instant now);
    // What is no response to a request of ours is counted, and that is all.
    void receive(std::uint32_t lane, std::string_view octets, Instant now);
    void expire(UnitHandle handle, Instant now);
    // The connection of a lane broke, and with it all units that were using it.
    void lose(std::uint32_t lane);
    // No call is held any longer.
    void hang_up(Instant now);

    std::size_t outstanding() const { return units_.size(); }

 private:
    void ask(UnitHandle handle, Unit& unit, Instant now);
    void transmit(UnitHandle handle, const Unit& unit);
    void acknowledge(UnitHandle handle, const Unit& unit);
    void acknowledge_refusal(std::uint32_t lane, const Response& response, std::string_view octets);
    void print(UnitHandle handle, const Unit& unit, const Template& request, std::uint32_t cseq);
    const Template& request_of(const Unit& unit) const;
    std::string_view method_of(const Unit& unit) const;
    std::string uri_of(const Unit& unit) const;
    const Endpoint& next_hop(const Unit& unit) const;

    void answered(UnitHandle handle, Unit& unit, const Response& response, std::string_view octets,
                  Instant now);
    void proceed(UnitHandle handle, Unit& unit, Instant now);
    void talk(UnitHandle handle, Unit& unit, std::string_view octets, Instant now);
    void refuse(UnitHandle handle, Unit& unit, const Response& response, std::string_view octets,
                Instant now);
    void end_call(UnitHandle handle, Unit& unit, Instant now);
    void finish(UnitHandle handle, Unit& unit);
    void arm(UnitHandle handle, Unit& unit, Instant when);

    Desk desk_;
    base::Random& random_;
    Requests requests_;
    std::vector<std::string> locals_;  // as Via and Contact write them, the callee's last
    base::Slab<Unit> units_;
    Spares spares_;
    Duration hold_;
};

}  // namespace almon::load
