#include "almon/stack/stack.hpp"

#include <algorithm>

#include "almon/sip/locate.hpp"
#include "almon/sip/transaction/key.hpp"
#include "almon/sip/transport/datagram.hpp"
#include "almon/sip/transport/owner.hpp"
#include "almon/sip/transport/response_route.hpp"

namespace almon::stack {

Stack::Stack(Settings settings, Core& core, base::Random& random, Outbox& outbox, base::HashKey key,
             base::Log log)
    : shard_{std::move(settings), outbox, random, key, log},
      core_(core),
      servers_(shard_),
      clients_(shard_) {}

// --- What a host tells.

void Stack::datagram(const sip::Flow& flow, std::string_view octets, base::Moment moment) {
    shard_.moment = moment;
    if (sip::kind_of(octets) == sip::DatagramKind::message)
        route(flow, octets, sip::Message::Ends::with_datagram);
    else
        ++shard_.counters.keepalives;
}

void Stack::connected(const sip::Flow& flow, base::Moment moment) {
    shard_.moment = moment;
    const auto slot = flow.connection.slot;
    if (slot >= connections_.size()) connections_.resize(slot + 1);
    connections_[slot].emplace(Connection{flow, {}});
}

bool Stack::received(sip::ConnectionId id, std::string_view octets, base::Moment moment) {
    shard_.moment = moment;
    if (id.slot >= connections_.size()) return false;
    auto& connection = connections_[id.slot];
    if (!connection || connection->flow.connection != id) return false;
    if (sip::is_websocket(connection->flow.transport))
        return take_websocket_message(connection->flow, octets);
    connection->framer.feed(octets);
    for (bool has_message = false;;) {
        const auto item = connection->framer.next();
        if (const auto* whole = std::get_if<sip::StreamFramer::Whole>(&item)) {
            route(connection->flow, whole->octets, sip::Message::Ends::with_content_length);
            has_message = true;
        } else if (std::get_if<sip::StreamFramer::Ping>(&item)) {
            ++shard_.counters.keepalives;
            shard_.outbox.send(connection->flow, "\r\n");  // RFC 5626 §4.4.1
        } else if (const auto* broken = std::get_if<sip::StreamFramer::Broken>(&item)) {
            break_off(*connection, *broken);
            return has_message;
        } else if (std::get_if<sip::StreamFramer::NeedMore>(&item)) {
            return has_message;
        }
    }
}

std::optional<sip::Flow> Stack::disconnected(sip::ConnectionId id, base::Moment moment) {
    shard_.moment = moment;
    if (id.slot >= connections_.size()) return {};
    auto& connection = connections_[id.slot];
    if (!connection || connection->flow.connection != id) return {};
    const auto flow = connection->flow;
    connection.reset();
    return flow;
}

std::size_t Stack::connections() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(connections_, [](const auto& one) { return one.has_value(); }));
}

void Stack::handed_over(const sip::Flow& flow, std::string_view octets, base::Moment moment) {
    shard_.moment = moment;
    // A stream's framer has cut the message, so here every message ends where its octets do.
    take(flow, octets, sip::Message::Ends::with_datagram);
}

void Stack::send_failed(ClientHandle origin, base::Moment moment) {
    shard_.moment = moment;
    clients_.send_failed(origin);
}

void Stack::advance(base::Moment moment) {
    shard_.moment = moment;
    shard_.wheel.advance(moment.now, [this](const Due& due) {
        switch (due.whose) {
            case Due::Whose::server_transaction: return servers_.expire(ServerHandle::from_bits(due.cookie));
            case Due::Whose::client_transaction: return clients_.expire(ClientHandle::from_bits(due.cookie));
            case Due::Whose::alarm: return due.user->alarm(due.cookie);
        }
    });
}

// --- For the users above.

bool Stack::is_own_address(const sip::Endpoint& endpoint) const {
    for (const auto& listener : shard_.settings.listeners)
        if (listener.local.port == endpoint.port &&
            listener.local.address.canonical() == endpoint.address.canonical())
            return true;
    return false;
}

std::optional<ServerTransaction> Stack::open(const Arrival& arrival, ServerUser& user, std::uint64_t cookie) {
    if (const auto handle = servers_.open(arrival, &user, cookie)) return ServerTransaction(*handle);
    refuse_full(arrival);
    return {};
}

bool Stack::answer(const Arrival& arrival, sip::Status status, std::string_view octets) {
    ALMON_ASSERT(status.is_final());
    if (servers_.answer(arrival, status, octets)) return true;
    refuse_full(arrival);
    return false;
}

void Stack::answer(const Arrival& arrival, sip::Reply reply) {
    auto out = shard_.scratch();
    write_tagged(arrival, reply, out);
    (void)answer(arrival, reply.status, out.view());
}

void Stack::write_tagged(const Arrival& arrival, sip::Reply reply, base::Printer& out) const {
    reply.to_is_bare = arrival.envelope.to_tag.value().empty();
    if (!reply.to_is_bare || reply.status == sip::status::trying)
        return sip::write_reply(arrival.message, reply, out);
    const auto tag = tag_for(arrival.message);
    reply.to_tag = tag.tag();
    sip::write_reply(arrival.message, reply, out);
}

void Stack::refuse_full(const Arrival& arrival) {
    ++shard_.counters.refused_full;
    reply(arrival, {.status = sip::status::service_unavailable, .fields = "Retry-After: 10\r\n"});
}

void Stack::provisional(const ServerTransaction& transaction, sip::Status status, std::string_view octets) {
    ALMON_ASSERT(status.is_provisional());
    servers_.respond(transaction.handle(), status, octets);
}

AcceptedInvite Stack::accept(ServerTransaction&& transaction, std::string_view octets) {
    servers_.respond(transaction.handle(), sip::status::ok, octets);
    return {transaction.handle()};
}

void Stack::accept_again(const AcceptedInvite& transaction, std::string_view octets) {
    servers_.respond(transaction.handle, sip::status::ok, octets);
}

void Stack::finish(ServerTransaction&& transaction, sip::Status status, std::string_view octets) {
    ALMON_ASSERT(status.is_final());
    servers_.respond(transaction.handle(), status, octets);
}

void Stack::finish(ServerTransaction&& transaction, const sip::Message& request, sip::Reply reply) {
    const auto tag = tag_for(request);
    reply.to_tag = tag.tag();
    auto out = shard_.scratch();
    sip::write_reply(request, reply, out);
    finish(std::move(transaction), reply.status, out.view());
}

void Stack::reply(const Arrival& arrival, sip::Reply reply) {
    if (arrival.message.method() == sip::method::ack) return;
    auto out = shard_.scratch();
    write_tagged(arrival, reply, out);
    const auto way = way_back(arrival.flow, arrival.envelope.via);
    shard_.outbox.send(way.flow, out.view(), {}, way.fallback);
}

Alarm Stack::arm(base::Instant when, AlarmUser& user, std::uint64_t cookie) {
    return shard_.wheel.arm(when, {Due::Whose::alarm, cookie, &user});
}

// --- The way of a message.

void Stack::route(const sip::Flow& flow, std::string_view octets, sip::Message::Ends ends) {
    if (shard_.settings.shards > 1) {
        const auto owner =
            sip::owner_hash(shard_.key, octets).value_or(shard_.settings.shard) % shard_.settings.shards;
        if (owner != shard_.settings.shard)
            return shard_.outbox.hand_over(static_cast<std::uint16_t>(owner), flow, octets);
    }
    take(flow, octets, ends);
}

// RFC 7118 §5: no framer, and Content-Length need not be there; §6: keepalives as on other streams.
bool Stack::take_websocket_message(const sip::Flow& flow, std::string_view octets) {
    if (sip::kind_of(octets) == sip::DatagramKind::message) {
        route(flow, octets, sip::Message::Ends::with_datagram);
        return true;
    }
    ++shard_.counters.keepalives;
    if (octets == "\r\n\r\n") shard_.outbox.send(flow, "\r\n");
    return false;
}

void Stack::take(const sip::Flow& flow, std::string_view octets, sip::Message::Ends ends) {
    if (const auto parsed = message_.assign(octets, ends); !parsed) return refuse(flow, parsed.error());
    if (message_.is_request()) return take_request(flow);
    take_response(flow);
}

void Stack::take_request(const sip::Flow& flow) {
    ++shard_.counters.requests;
    auto via = message_.get<sip::Via>();
    if (!via) return refuse(flow, via.error());
    sip::mark_source(message_, *via, flow.peer);
    const auto envelope = sip::read_envelope(message_, *via);
    if (!envelope) return refuse(flow, envelope.error());
    const auto key = sip::server_key(shard_.key, message_.request_uri(), *envelope, envelope->cseq.method);
    const Arrival arrival{message_, *envelope, flow, key};
    if (!servers_.receive(arrival)) core_.request(arrival);
}

void Stack::take_response(const sip::Flow& flow) {
    ++shard_.counters.responses;
    const auto envelope = sip::read_envelope(message_);
    if (!envelope) return refuse(flow, envelope.error());
    if (clients_.receive({message_, *envelope, flow, {}}) || pass_on(*envelope)) return;
    ++shard_.counters.stray_responses;  // RFC 6026 §8: what matches nothing goes no further
}

// §16.11: the response to what was sent without a transaction goes where our Via says, if that is ours
// indeed.
bool Stack::pass_on(const sip::Envelope& response) {
    const auto way = clients_.stateless_way_back(response.via);
    if (!way) return false;
    edits_.clear();
    edits_.remove_first_value(sip::Via::name);
    auto out = shard_.scratch();
    edits_.write(message_, out);
    if (out.overflowed()) return false;
    sip::Endpoint fallback;
    std::size_t place = 0;
    for (const auto& via : message_.all<sip::Via>()) {
        if (!via) return false;
        if (place++ == 1) fallback = way_back(*way, *via).fallback;
    }
    if (place < 2) return false;  // it was meant for us
    shard_.outbox.send(*way, out.view(), {}, fallback);
    return true;
}

// A malformed request is answered as far as it can be read (§8.2.6, §16.3); a malformed response is dropped.
void Stack::refuse(const sip::Flow& flow, const sip::Error& error) {
    ++shard_.counters.malformed;
    tell_of_malformed(flow, error);
    if (!message_.is_request() || message_.method() == sip::method::ack) return;
    char text[256];
    base::Printer warning{text};
    sip::print_warning(message_.octets(), error, warning);
    const auto tag = tag_for(message_);
    auto out = shard_.scratch();
    sip::write_reply(message_,
                     {.status = sip::status_owed(error), .to_tag = tag.tag(), .fields = warning.view()}, out);
    const auto via = message_.get<sip::Via>();
    const auto way = via ? way_back(flow, *via) : WayBack{flow, {}};
    shard_.outbox.send(way.flow, out.view(), {}, way.fallback);
}

void Stack::tell_of_malformed(const sip::Flow& flow, const sip::Error& error) const {
    if (!shard_.log.wants(base::Level::info)) return;
    const auto from = base::printed(flow.peer);
    const auto place = sip::locate(message_.octets(), error.offset);
    const auto where = std::string(place.field) + ", line " + std::to_string(place.line) + " column " +
                       std::to_string(place.column);
    shard_.log.write(base::Level::info, "malformed message",
                     {{"from", base::Private{from}},
                      {"where", where},
                      {"reason", base::describe(error.code)},
                      {"rule", error.rule}});
}

// Where the next message begins is not known any more (§18.3): answer what can be answered, then close.
void Stack::break_off(const Connection& connection, const sip::StreamFramer::Broken& broken) {
    const auto flow = connection.flow;
    if (message_.assign(broken.head, sip::Message::Ends::with_datagram) || message_.is_request())
        refuse(flow, broken.error);
    shard_.outbox.close(flow.connection);
}

}  // namespace almon::stack
