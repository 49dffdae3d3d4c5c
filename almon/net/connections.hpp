// The stream connections of one loop: opened by us or accepted for us, read, written, watched and closed.
// Bytes in, bytes out: TLS and WebSocket are byte-to-byte codecs that take the place of the handler here and
// offer the same few calls upwards.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "almon/base/address.hpp"
#include "almon/base/limits.hpp"
#include "almon/base/slab.hpp"
#include "almon/net/alarm.hpp"
#include "almon/net/fd.hpp"
#include "almon/net/loop.hpp"

namespace almon::net {

class Connection;
using ConnectionId = base::Handle<Connection>;  // of one that is gone, it refers to nothing, for ever

enum class Ending : std::uint8_t {
    closed_by_peer,  // it sends no more; what was written before is still sent
    broken,          // reset, or the network failed
    not_opened,      // refused or unreachable
    opening_late,    // no answer within the limit
    idle,            // nothing went either way for the limit's time
    never_trusted,   // nothing came in time that made its reader trust() it
    reader_slow,     // more waits to be sent than the limit allows
};
const char* describe(Ending why);

// None of these is called from inside a call to Connections; each may make any such call, also about the
// connection that it is told of.
class ConnectionReader {
 public:
    // An accepted connection, or one of ours that the peer has taken.
    virtual void opened(ConnectionId id, const base::Endpoint& peer, const base::Endpoint& local) = 0;
    // The bytes are valid during the call.
    virtual void received(ConnectionId id, std::string_view bytes) = 0;
    // Once for each connection that ends without close() or abort(), also before opened(). The id is gone.
    virtual void closed(ConnectionId id, Ending why) = 0;

 protected:
    ~ConnectionReader() = default;
};

struct ConnectionLimits {
    std::size_t connections = base::limits::connections_per_shard;
    std::size_t unsent_octets = base::limits::connection_unsent_octets;
    base::Duration opening = base::limits::connection_opening;
    base::Duration idle = base::limits::connection_idle;
    base::Duration probation = base::limits::connection_first_message;
    base::Duration closing = base::limits::connection_closing;
    // How long an answer to what came last may still follow the peer's end of stream: it comes at the end of
    // the turn, or from another shard.
    base::Duration farewell = std::chrono::milliseconds(100);
};

class Connections final : TurnEnd, Sleeper {
 public:
    Connections(Loop& loop, ConnectionReader& reader, ConnectionLimits limits = {});
    ~Connections();  // aborts all, calls nobody

    // Begins to open a connection, from this local address if given. It may be written to at once. opened()
    // or closed() tells how it went; the error is a sentence: the limit is reached, or the system refuses
    // outright.
    [[nodiscard]] base::Outcome<ConnectionId> open(const base::Endpoint& to,
                                                   std::optional<base::IpAddress> from = {});
    // Takes over an accepted socket; opened() is called in this turn's end. False: the limit is reached, and
    // the socket is closed.
    bool adopt(Fd socket, const base::Endpoint& peer);
    // The peer has shown that it means it: from now on only the idle limit counts. Until then an accepted
    // connection has its probation and no more, however many octets trickle in.
    void trust(ConnectionId id);
    // Queues bytes; all that one turn queues leaves in one system call at its end. False: the connection is
    // gone or going. More unsent than the limit allows ends the connection.
    bool write(ConnectionId id, std::string_view bytes);
    // Sends what is queued, says goodbye and waits (a limited time) for the peer's. Nothing more is reported.
    void close(ConnectionId id);
    // Drops the connection and what is queued. Nothing more is reported.
    void abort(ConnectionId id);

    // All that hold a socket, also those being opened or closed.
    std::size_t size() const { return connections_.size(); }

 private:
    friend class Connection;

    void turn_ended() override;
    void woken(base::Moment moment) override;
    void readable(Connection& connection);
    void writable(Connection& connection);

    Connection* usable(ConnectionId id);
    Connection* add(Fd socket, const base::Endpoint& peer, base::Duration patience);
    void established(Connection& connection);
    void announce(Connection& connection);
    void attend(ConnectionId id);
    void send_unsent(Connection& connection);
    void forget_sent(Connection& connection, std::size_t octets);
    void spare(std::string buffer);
    void say_goodbye(Connection& connection);
    void peer_finished(Connection& connection);
    void touch(Connection& connection);
    void expire_by(Connection& connection, base::Duration patience);
    void expire(ConnectionId id);
    void visit_at_turn_end(Connection& connection);
    void end(ConnectionId id, Ending why);
    void remove(ConnectionId id);

    Loop& loop_;
    ConnectionReader& reader_;
    const ConnectionLimits limits_;
    Alarm sweep_;
    std::optional<base::Instant> next_sweep_;
    std::unique_ptr<char[]> arriving_;  // one buffer for all: bytes are handed on before the next read
    std::vector<ConnectionId> visits_;  // connections with something to do at the turn's end
    std::vector<std::string> spare_buffers_;
    base::Slab<Connection> connections_;
};

}  // namespace almon::net
