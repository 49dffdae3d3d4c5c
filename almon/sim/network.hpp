// A network between simulated hosts: datagrams that are lost, doubled, delayed and overtake each other;
// streams that keep their order and break at any octet. All of it is decided by one seed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "almon/base/address.hpp"
#include "almon/base/random.hpp"
#include "almon/sim/clock.hpp"
#include "almon/sim/nat.hpp"
#include "almon/sim/trace.hpp"

namespace almon::sim {

using base::Endpoint;

// One end of a stream connection; the two ends differ in the lowest bit. 0: none.
using StreamEnd = std::uint64_t;

// What hears from the network at an address.
class Station {
 public:
    virtual ~Station() = default;
    virtual void datagram(const Endpoint& from, const Endpoint& to, std::string_view octets) = 0;
    // A stream that was accepted, or one that was asked for.
    virtual void opened(StreamEnd end, const Endpoint& local, const Endpoint& peer) = 0;
    virtual void received(StreamEnd end, std::string_view octets) = 0;
    // It broke, the other side closed it, or it could not be opened.
    virtual void closed(StreamEnd end) = 0;
};

// Chances are for each datagram, or each piece that is written to a stream.
struct Quality {
    double loss = 0;
    double duplication = 0;
    Duration least_delay = std::chrono::milliseconds(1);
    Duration most_delay = std::chrono::milliseconds(1);  // a stream keeps its order whatever its delays
    double stream_break = 0;
};

class Network {
 public:
    Network(std::uint64_t seed, const Clock& clock, Observer& observer)
        : random_(seed), clock_(clock), observer_(observer) {}

    Quality quality;

    void attach(const Endpoint& at, Station& station) { stations_[at] = &station; }
    // The station is gone; the streams that end at it break.
    void detach(Station& station);

    void send(const Endpoint& from, const Endpoint& to, std::string_view octets);
    StreamEnd connect(Station& from, const Endpoint& local, const Endpoint& to);
    // False when the stream is gone.
    bool write(StreamEnd end, std::string_view octets);
    void close(StreamEnd end);

    // Nothing passes from or to this host, or one way only, until it is back. Streams wait, for a while.
    enum class Way : std::uint8_t { both, from, to };
    void cut_off(const base::IpAddress& host, Way way = Way::both);
    void reconnect(const base::IpAddress& host);

    void add_nat(const base::IpAddress& address) { nats_.try_emplace(address, address); }
    // From now on this host sits behind that NAT.
    void put_behind(const base::IpAddress& host, const base::IpAddress& nat);
    const Nat* nat_of(const base::IpAddress& host) const;
    // The NAT was switched off and on.
    void forget_ports(const base::IpAddress& nat);

    // When the next thing happens, and that it happens.
    std::optional<Instant> next() const;
    void step();

 private:
    struct Datagram {
        Endpoint from, to;
        std::string octets;
    };
    struct Opening {
        std::uint64_t stream;
        Instant since;
    };
    struct Segment {
        StreamEnd to;
        std::string octets;
    };
    struct Closing {
        StreamEnd to;
    };
    // What a stream holds back is tried again.
    struct Retry {
        StreamEnd to;
        Instant since;
    };
    using Event = std::variant<Datagram, Opening, Segment, Closing, Retry>;
    struct Stream {
        struct Side {
            Station* station;
            Endpoint address, seen_as;     // they differ behind a NAT
            Instant last;                  // when what was written last arrives there
            std::vector<Event> held = {};  // what has not passed yet, in its order
        };
        Side sides[2];
        bool is_open = false;
    };

    void plan(Instant when, Event event) { events_.emplace(std::pair(when, ++planned_), std::move(event)); }
    Duration delay();
    bool passes(const Endpoint& from, const Endpoint& to) const;
    bool is_visible(const base::IpAddress& host, const base::IpAddress& to) const;
    Nat* own_nat(const base::IpAddress& host);
    Station* station_at(const Endpoint& at) const;
    bool flows(const Stream& stream) const;
    Stream* stream_of(StreamEnd end);
    Instant arrival_at(Stream::Side& side);
    void break_stream(StreamEnd from);

    void happen(Datagram& datagram);
    void happen(Opening& opening);
    void happen(Segment& segment);
    void happen(Closing& closing);
    void happen(Retry& retry);
    // True: it waits, behind what waits already.
    template <class What>
    bool is_held_up(What& what);
    void end(StreamEnd at);

    base::Random random_;
    const Clock& clock_;
    Observer& observer_;
    std::map<Endpoint, Station*> stations_;
    std::set<base::IpAddress> mute_, deaf_;
    std::map<base::IpAddress, Nat> nats_;                // by their own address
    std::map<base::IpAddress, base::IpAddress> behind_;  // a host: its NAT
    std::map<std::uint64_t, Stream> streams_;
    std::uint64_t streams_made_ = 0;
    std::uint16_t next_port_ = 40'000;
    std::map<std::pair<Instant, std::uint64_t>, Event> events_;
    std::uint64_t planned_ = 0;
};

}  // namespace almon::sim
