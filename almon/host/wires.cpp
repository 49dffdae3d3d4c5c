#include "almon/host/wires.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace almon::host {

// A connection with a codec.
struct Wires::Wire final : codec::CodecUser {
    Wire(Wires& its_owner, net::ConnectionId its_id, sip::Transport its_transport,
         std::unique_ptr<codec::Codec> its_codec)
        : owner(its_owner), id(its_id), transport(its_transport), codec(std::move(its_codec)) {}

    void opened() override {
        if (!is_forgotten) owner.reader_.opened(id, peer, local);
    }
    void decoded(std::string_view octets) override {
        if (!is_forgotten) owner.reader_.received(id, octets);
    }
    void encoded(std::string_view octets) override { owner.connections_.write(id, octets); }
    void ended(const codec::Ending& how) override {
        ending = how;
        owner.end_later(*this);
    }

    Wires& owner;
    net::ConnectionId id;
    sip::Transport transport;
    base::Endpoint peer, local;
    std::unique_ptr<codec::Codec> codec;
    std::optional<codec::Ending> ending;
    bool is_forgotten = false;  // our side has closed it: nothing more is told
    bool is_ending = false;
};

Wires::Wires(net::Loop& loop, net::ConnectionReader& reader, const net::ConnectionLimits& limits)
    : loop_(loop),
      reader_(reader),
      connections_(loop, static_cast<net::ConnectionReader&>(*this), limits),
      speech_(std::make_shared<const Speech>()) {}

Wires::~Wires() = default;

void Wires::apply(SpeechSnapshot speech) {
    speech_ = std::move(speech);
    sessions_.clear();
}

void Wires::serve(sip::Transport transport, const base::Endpoint& local) {
    places_.push_back({local, transport});
}

base::Outcome<net::ConnectionId> Wires::open(sip::Transport transport, const base::Endpoint& to,
                                             base::IpAddress from, std::string_view domain) {
    auto codec = speech_->client_codec(transport, domain, loop_.moment().wall, sessions_);
    auto opened = connections_.open(to, from);
    if (!opened || !codec) return opened;
    auto& wire = add(*opened, transport, std::move(codec));
    wire.peer = to;
    wire.codec->start(wire);
    return opened;
}

bool Wires::write(net::ConnectionId id, std::string_view octets) {
    auto* wire = find(id);
    if (wire == nullptr) return connections_.write(id, octets);
    if (wire->is_ending) return false;
    wire->codec->send(octets);
    return true;
}

void Wires::close(net::ConnectionId id) {
    auto* wire = find(id);
    if (wire == nullptr) return connections_.close(id);
    wire->is_forgotten = true;
    wire->codec->close();
    end_later(*wire);
}

sip::Transport Wires::transport_of(net::ConnectionId id, const base::Endpoint& local) const {
    if (const auto* wire = find(id)) return wire->transport;
    const auto place = std::ranges::find(places_, local, &Place::local);
    return place == places_.end() ? sip::Transport::tcp : place->transport;
}

// --- From the connections.

void Wires::opened(net::ConnectionId id, const base::Endpoint& peer, const base::Endpoint& local) {
    auto* wire = find(id);
    if (wire != nullptr) {  // one of ours, which has begun its handshake
        wire->local = local;
        return;
    }
    const auto transport = transport_of(id, local);
    auto codec = speech_->server_codec(transport, loop_.moment().wall);
    if (!codec) return reader_.opened(id, peer, local);
    wire = &add(id, transport, std::move(codec));
    wire->peer = peer;
    wire->local = local;
    wire->codec->start(*wire);
}

void Wires::received(net::ConnectionId id, std::string_view bytes) {
    auto* wire = find(id);
    if (wire == nullptr) return reader_.received(id, bytes);
    if (!wire->is_ending) wire->codec->received(bytes);
}

void Wires::closed(net::ConnectionId id, net::Ending why) {
    const auto* wire = find(id);
    const bool is_to_be_told = wire == nullptr || !wire->is_forgotten;
    if (wire != nullptr) wires_[id.slot].reset();
    if (is_to_be_told) reader_.closed(id, why);
}

// --- Small things.

Wires::Wire* Wires::find(net::ConnectionId id) const {
    if (id.slot >= wires_.size()) return nullptr;
    const auto& wire = wires_[id.slot];
    return wire && wire->id == id ? wire.get() : nullptr;
}

Wires::Wire& Wires::add(net::ConnectionId id, sip::Transport transport, std::unique_ptr<codec::Codec> codec) {
    if (id.slot >= wires_.size()) wires_.resize(id.slot + 1);
    wires_[id.slot] = std::make_unique<Wire>(*this, id, transport, std::move(codec));
    return *wires_[id.slot];
}

// A codec ends amid its own work, or that of whoever writes to it: what follows has to wait.
void Wires::end_later(Wire& wire) {
    if (std::exchange(wire.is_ending, true)) return;
    if (ending_.empty()) loop_.post([this] { end_those_that_ended(); });
    ending_.push_back(wire.id);
}

void Wires::end_those_that_ended() {
    for (const auto id : std::exchange(ending_, {})) {
        const auto* wire = find(id);
        if (wire == nullptr) continue;  // the peer was quicker
        tell(*wire);
        const bool is_to_be_told = !wire->is_forgotten;
        const bool by_peer = wire->ending && wire->ending->kind == codec::Ending::Kind::closed_by_peer;
        wires_[id.slot].reset();
        connections_.close(id);
        if (is_to_be_told) reader_.closed(id, by_peer ? net::Ending::closed_by_peer : net::Ending::broken);
    }
}

void Wires::tell(const Wire& wire) const {
    using Kind = codec::Ending::Kind;
    if (!wire.ending || wire.ending->kind == Kind::closed || wire.ending->kind == Kind::closed_by_peer)
        return;
    if (!log_.wants(base::Level::info)) return;
    const auto peer = base::printed(wire.peer);
    log_.write(base::Level::info, "connection ended by its protocol",
               {{"from", base::Private{peer}},
                {"transport", sip::uri_name(wire.transport)},
                {"kind", codec::describe(wire.ending->kind)},
                {"reason", wire.ending->sentence}});
}

}  // namespace almon::host
