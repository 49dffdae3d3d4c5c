// The stream connections of a shard with what is spoken on them: plain SIP, or SIP in TLS. They offer what
// net::Connections does; their reader sees plain octets, and hears of a connection when its handshake is
// done.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "almon/base/log.hpp"
#include "almon/codec/codec.hpp"
#include "almon/codec/tls_sessions.hpp"
#include "almon/host/speech.hpp"
#include "almon/net/connections.hpp"
#include "almon/sip/transport/flow.hpp"

namespace almon::host {

class Wires final : net::ConnectionReader {
 public:
    Wires(net::Loop& loop, net::ConnectionReader& reader, const net::ConnectionLimits& limits);
    ~Wires();

    // For connections that begin from now on.
    void apply(SpeechSnapshot speech);
    void log_to(base::Log log) { log_ = log; }
    // What connections accepted at this address speak.
    void serve(sip::Transport transport, const base::Endpoint& local);
    // Where listeners put what they accept.
    net::Connections& connections() { return connections_; }

    // As net::Connections, but for `transport`, and `domain`, which the peer's certificate must be for.
    [[nodiscard]] base::Outcome<net::ConnectionId> open(sip::Transport transport, const base::Endpoint& to,
                                                        base::IpAddress from, std::string_view domain);
    void trust(net::ConnectionId id) { connections_.trust(id); }
    bool write(net::ConnectionId id, std::string_view octets);
    void close(net::ConnectionId id);
    std::size_t size() const { return connections_.size(); }

    // Of a connection that the reader has been told of.
    sip::Transport transport_of(net::ConnectionId id, const base::Endpoint& local) const;

 private:
    struct Wire;
    struct Place {
        base::Endpoint local;
        sip::Transport transport;
    };
    void opened(net::ConnectionId id, const base::Endpoint& peer, const base::Endpoint& local) override;
    void received(net::ConnectionId id, std::string_view bytes) override;
    void closed(net::ConnectionId id, net::Ending why) override;

    Wire* find(net::ConnectionId id) const;
    Wire& add(net::ConnectionId id, sip::Transport transport, std::unique_ptr<codec::Codec> codec);
    void end_later(Wire& wire);
    void end_those_that_ended();
    void tell(const Wire& wire) const;

    net::Loop& loop_;
    net::ConnectionReader& reader_;
    net::Connections connections_;
    SpeechSnapshot speech_;
    codec::TlsSessionCache sessions_;
    base::Log log_;
    std::vector<Place> places_;
    std::vector<std::unique_ptr<Wire>> wires_;  // by the connection's slot; null: plain
    std::vector<net::ConnectionId> ending_;
};

}  // namespace almon::host
