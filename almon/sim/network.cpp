#include "almon/sim/network.hpp"

#include <algorithm>

namespace almon::sim {
namespace {

constexpr auto retry_pause = std::chrono::seconds(1);
constexpr auto longest_stall = std::chrono::seconds(60);

constexpr std::uint64_t number_of(StreamEnd end) {
    return end >> 1;
}
constexpr std::size_t side_of(StreamEnd end) {
    return end & 1;
}
constexpr StreamEnd other(StreamEnd end) {
    return end ^ 1;
}
constexpr StreamEnd end_of(std::uint64_t stream, std::size_t side) {
    return stream << 1 | side;
}

}  // namespace

void Network::detach(Station& station) {
    std::erase_if(stations_, [&](const auto& entry) { return entry.second == &station; });
    for (auto& [number, stream] : streams_) {
        for (const std::size_t side : {0, 1}) {
            if (stream.sides[side].station != &station) continue;
            stream.sides[side].station = nullptr;
            break_stream(end_of(number, side));
        }
    }
}

void Network::cut_off(const base::IpAddress& host, Way way) {
    if (way != Way::to) mute_.insert(host);
    if (way != Way::from) deaf_.insert(host);
}

void Network::reconnect(const base::IpAddress& host) {
    mute_.erase(host);
    deaf_.erase(host);
}

void Network::put_behind(const base::IpAddress& host, const base::IpAddress& nat) {
    behind_[host] = nats_.at(nat).address();
}

const Nat* Network::nat_of(const base::IpAddress& host) const {
    const auto found = behind_.find(host);
    return found == behind_.end() ? nullptr : &nats_.at(found->second);
}

Nat* Network::own_nat(const base::IpAddress& host) {
    return const_cast<Nat*>(nat_of(host));
}

void Network::forget_ports(const base::IpAddress& nat) {
    nats_.at(nat).forgets();
    for (auto& [number, stream] : streams_)
        for (const std::size_t side : {0, 1})
            if (stream.sides[side].seen_as.address == nat)
                for (const std::size_t each : {0, 1}) break_stream(end_of(number, each));
}

// --- What hosts do.

void Network::send(const Endpoint& from, const Endpoint& to, std::string_view octets) {
    const bool lost = random_.chance(quality.loss) || !passes(from, to);
    auto* nat = own_nat(from.address);
    const auto seen_as = nat && !lost ? nat->outside(from, to, clock_.now()) : from;
    observer_.note({clock_.now(), from, to, lost ? Fate::lost : Fate::sent, octets});
    if (lost) return;
    plan(clock_.now() + delay(), Datagram{seen_as, to, std::string(octets)});
    if (random_.chance(quality.duplication))
        plan(clock_.now() + delay(), Datagram{seen_as, to, std::string(octets)});
}

StreamEnd Network::connect(Station& from, const Endpoint& local, const Endpoint& to) {
    const auto number = ++streams_made_;
    const Endpoint own{local.address, next_port_++};
    const auto* nat = nat_of(local.address);
    const auto seen_as = nat ? Endpoint{nat->address(), own.port} : own;
    const auto when = clock_.now() + delay() + delay();
    streams_[number] = {{{&from, own, seen_as, when}, {nullptr, to, to, when}}, false};
    plan(when, Opening{number, clock_.now()});
    return end_of(number, 0);
}

bool Network::write(StreamEnd end, std::string_view octets) {
    auto* stream = stream_of(end);
    if (stream == nullptr || stream->sides[side_of(end)].station == nullptr) return false;
    const auto& from = stream->sides[side_of(end)].address;
    auto& peer = stream->sides[side_of(other(end))];
    const bool breaks = random_.chance(quality.stream_break);
    observer_.note({clock_.now(), from, peer.seen_as, breaks ? Fate::broken : Fate::sent, octets});
    const auto arriving = breaks ? random_.below(octets.size() + 1) : octets.size();
    plan(arrival_at(peer), Segment{other(end), std::string(octets.substr(0, arriving))});
    if (!breaks) return true;
    break_stream(end);
    break_stream(other(end));
    return true;
}

void Network::close(StreamEnd end) {
    auto* stream = stream_of(end);
    if (stream == nullptr) return;
    stream->sides[side_of(end)].station = nullptr;
    break_stream(end);
}

// --- What happens.

std::optional<Instant> Network::next() const {
    if (events_.empty()) return {};
    return events_.begin()->first.first;
}

void Network::step() {
    auto event = std::move(events_.extract(events_.begin()).mapped());
    std::visit([this](auto& what) { happen(what); }, event);
}

void Network::happen(Datagram& datagram) {
    auto to = datagram.to;
    if (const auto nat = nats_.find(to.address); nat != nats_.end()) {
        const auto inside = nat->second.inside(to.port, datagram.from, clock_.now());
        if (!inside) return;
        to = *inside;
    } else if (!passes(datagram.from, to)) {
        return;
    }
    auto* station = station_at(to);
    if (station == nullptr || deaf_.contains(to.address)) return;
    observer_.arrived({clock_.now(), datagram.from, to, Fate::sent, datagram.octets});
    station->datagram(datagram.from, to, datagram.octets);
}

void Network::happen(Opening& opening) {
    auto* stream = stream_of(end_of(opening.stream, 0));
    if (stream == nullptr) return;
    auto& [caller, callee] = stream->sides;
    const bool is_hopeless = clock_.now() - opening.since >= longest_stall;
    if (!flows(*stream) && !is_hopeless) return plan(clock_.now() + retry_pause, opening);
    auto* called = flows(*stream) ? station_at(callee.address) : nullptr;
    if (caller.station == nullptr || called == nullptr) return end(end_of(opening.stream, 0));
    callee.station = called;
    stream->is_open = true;
    callee.station->opened(end_of(opening.stream, 1), callee.address, caller.seen_as);
    caller.station->opened(end_of(opening.stream, 0), caller.address, callee.address);
}

void Network::happen(Segment& segment) {
    if (is_held_up(segment)) return;
    const auto* stream = stream_of(segment.to);
    if (stream == nullptr || !stream->is_open) return;
    const auto &here = stream->sides[side_of(segment.to)], &there = stream->sides[side_of(other(segment.to))];
    if (here.station == nullptr) return;
    observer_.arrived({clock_.now(), there.seen_as, here.address, Fate::sent, segment.octets});
    here.station->received(segment.to, segment.octets);
}

void Network::happen(Closing& closing) {
    if (!is_held_up(closing)) end(closing.to);
}

// TCP sends again until it has lost its patience.
void Network::happen(Retry& retry) {
    auto* stream = stream_of(retry.to);
    if (stream == nullptr) return;
    const bool is_hopeless = clock_.now() - retry.since >= longest_stall;
    if (!flows(*stream) && !is_hopeless) return plan(clock_.now() + retry_pause, retry);
    auto held = std::exchange(stream->sides[side_of(retry.to)].held, {});
    if (flows(*stream)) {
        for (auto& event : held) std::visit([this](auto& what) { happen(what); }, event);
    } else {
        end(retry.to);
        end(other(retry.to));
    }
}

template <class What>
bool Network::is_held_up(What& what) {
    auto* stream = stream_of(what.to);
    if (stream == nullptr) return false;
    auto& held = stream->sides[side_of(what.to)].held;
    if (held.empty() && flows(*stream)) return false;
    if (held.empty()) plan(clock_.now() + retry_pause, Retry{what.to, clock_.now()});
    held.emplace_back(std::move(what));
    return true;
}

void Network::end(StreamEnd at) {
    auto* stream = stream_of(at);
    if (stream == nullptr) return;
    if (auto* station = std::exchange(stream->sides[side_of(at)].station, nullptr)) station->closed(at);
    stream = stream_of(at);
    if (stream && !stream->sides[0].station && !stream->sides[1].station) streams_.erase(number_of(at));
}

// --- Small things.

Duration Network::delay() {
    const auto spread = quality.most_delay - quality.least_delay;
    if (spread <= Duration::zero()) return quality.least_delay;
    return quality.least_delay +
           Duration(static_cast<Duration::rep>(random_.below(static_cast<std::uint64_t>(spread.count()))));
}

bool Network::passes(const Endpoint& from, const Endpoint& to) const {
    return !mute_.contains(from.address) && !deaf_.contains(to.address) &&
           is_visible(to.address, from.address);
}

// Who sits behind a NAT is known by another address, but for its neighbours.
bool Network::is_visible(const base::IpAddress& host, const base::IpAddress& to) const {
    const auto* nat = nat_of(host);
    return nat == nullptr || nat == nat_of(to);
}

// Each octet needs its acknowledgement.
bool Network::flows(const Stream& stream) const {
    const auto &here = stream.sides[0].address, &there = stream.sides[1].address;
    const auto hears = [this](const Endpoint& host) { return !deaf_.contains(host.address); };
    return passes(here, there) && hears(here) && !mute_.contains(there.address);
}

Station* Network::station_at(const Endpoint& at) const {
    const auto found = stations_.find(at);
    return found == stations_.end() ? nullptr : found->second;
}

Network::Stream* Network::stream_of(StreamEnd end) {
    const auto found = streams_.find(number_of(end));
    return found == streams_.end() ? nullptr : &found->second;
}

Instant Network::arrival_at(Stream::Side& side) {
    return side.last = std::max(side.last, clock_.now() + delay());
}

// The other side hears of it after what was written before.
void Network::break_stream(StreamEnd from) {
    if (auto* stream = stream_of(from))
        plan(arrival_at(stream->sides[side_of(other(from))]), Closing{other(from)});
}

}  // namespace almon::sim
