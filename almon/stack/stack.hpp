// One shard's SIP behind one door: octets and time come in, octets go out through the outbox, and the users
// above are told what happened. Framing, §18, the transactions of §17 and the shard's one timer wheel meet
// here. No socket, no clock, no lock: a host calls in, one thread a shard.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "almon/sip/reply.hpp"
#include "almon/sip/transport/stream_framer.hpp"
#include "almon/stack/client_transactions.hpp"
#include "almon/stack/local_tag.hpp"
#include "almon/stack/outbox.hpp"
#include "almon/stack/server_transactions.hpp"
#include "almon/stack/shard.hpp"
#include "almon/stack/users.hpp"

namespace almon::stack {

using Alarm = base::TimerId;

class Stack {
 public:
    // All references must outlive the stack. `key`: secret of this process; it keys tables, tags and
    // branches.
    Stack(Settings settings, Core& core, base::Random& random, Outbox& outbox, base::HashKey key,
          base::Log log);
    Stack(const Stack&) = delete;
    Stack& operator=(const Stack&) = delete;

    // --- What a host tells.
    void datagram(const sip::Flow& flow, std::string_view octets, base::Moment moment);
    void connected(const sip::Flow& flow, base::Moment moment);  // flow.connection is set
    // True when these octets completed a message. Over WebSocket they are one message, whole.
    bool received(sip::ConnectionId connection, std::string_view octets, base::Moment moment);
    // Gives the flow that the connection was, or nullopt for one that was not known.
    std::optional<sip::Flow> disconnected(sip::ConnectionId connection, base::Moment moment);
    // A whole message that another shard received and that this one owns.
    void handed_over(const sip::Flow& flow, std::string_view octets, base::Moment moment);
    // A packet of that origin could not be sent.
    void send_failed(ClientHandle origin, base::Moment moment);
    // Fires what is due.
    void advance(base::Moment moment);
    std::optional<base::Instant> deadline() const { return shard_.wheel.next(); }
    // An input that is none of the above arrives (a commit, say): what follows happens at this moment.
    void turn(base::Moment moment) { shard_.moment = moment; }

    // --- Time, chance and places, for the users above.
    const base::Moment& moment() const { return shard_.moment; }
    base::Random& random() { return shard_.random; }
    const base::Log& log() const { return shard_.log; }
    const Settings& settings() const { return shard_.settings; }
    // True when one of our listeners has this address and port.
    bool is_own_address(const sip::Endpoint& endpoint) const;
    const Listener* listener_for(const sip::Flow& flow) const { return shard_.listener_for(flow); }
    const FlowTokens& flows() const { return shard_.flows; }

    // --- Server side. `octets` is a whole response, written from the request (sip::write_reply or
    // sip::Edits). Opens the transaction of a request that has just arrived; nullopt when the table is full:
    // 503 was sent. An INVITE gets a 100 after 200 ms without another answer (§17.2.1).
    [[nodiscard]] std::optional<ServerTransaction> open(const Arrival& arrival, ServerUser& user,
                                                        std::uint64_t cookie);
    // A transaction that is opened and ended by this final answer at once; repeats of the request get it
    // again. False when the table is full: 503 was sent.
    [[nodiscard]] bool answer(const Arrival& arrival, sip::Status status, std::string_view octets);
    // Writes the reply, with our To tag, and does so. For requests whose repeat would be judged otherwise, as
    // one is whose credentials have been used up; all others are cheaper to reply() to.
    void answer(const Arrival& arrival, sip::Reply reply);
    void provisional(const ServerTransaction& transaction, sip::Status status, std::string_view octets);
    // 2xx to an INVITE.
    AcceptedInvite accept(ServerTransaction&& transaction, std::string_view octets);
    void accept_again(const AcceptedInvite& transaction, std::string_view octets);
    // Every other final answer.
    void finish(ServerTransaction&& transaction, sip::Status status, std::string_view octets);
    // Writes the reply to `request`, with our To tag, and finishes.
    void finish(ServerTransaction&& transaction, const sip::Message& request, sip::Reply reply);
    // An answer without a transaction (§8.2.7), with our To tag; never to an ACK.
    void reply(const Arrival& arrival, sip::Reply reply);
    // The To tag that our own answers to this request carry.
    LocalTag tag_for(const sip::Message& request) const { return local_tag(shard_.key, request); }
    // The reply with that tag, unless the request has one.
    void write_tagged(const Arrival& arrival, sip::Reply reply, base::Printer& out) const;

    // --- Client side.
    // Sends in a new transaction. `user` hears of it later, never from inside this call.
    ClientHandle send(const Outgoing& outgoing, ClientUser& user, std::uint64_t cookie) {
        return clients_.send(outgoing, user, cookie);
    }
    // Sends the CANCEL of an INVITE that has had a provisional response and no final one (§9.1).
    void cancel(ClientHandle invite) { clients_.cancel(invite); }
    // Nobody wants to hear of this transaction any more; what it has to do it does.
    void abandon(ClientHandle transaction) { clients_.abandon(transaction); }
    // Sends without a transaction (§16.11). `came_by`: where its responses are to be passed on to, which our
    // Via then says, signed; null for an ACK, which has none.
    void send_stateless(const Outgoing& outgoing, const sip::Flow* came_by = nullptr) {
        clients_.send_stateless(outgoing, came_by);
    }

    // --- Alarms of the users above; they fire once.
    Alarm arm(base::Instant when, AlarmUser& user, std::uint64_t cookie);
    void disarm(Alarm alarm) { shard_.wheel.cancel(alarm); }

    // A buffer to write one message into; valid until the next call into the stack.
    base::Printer scratch() { return shard_.scratch(); }

    const Counters& counters() const { return shard_.counters; }
    std::size_t server_transactions() const { return servers_.size(); }
    std::size_t client_transactions() const { return clients_.size(); }
    std::size_t invites_in_progress() const { return servers_.invites_in_progress(); }
    std::size_t connections() const;
    std::size_t timers() const { return shard_.wheel.size(); }

 private:
    struct Connection {
        sip::Flow flow;
        sip::StreamFramer framer;
    };
    // To the shard that owns it: itself, or another.
    void route(const sip::Flow& flow, std::string_view octets, sip::Message::Ends ends);
    bool take_websocket_message(const sip::Flow& flow, std::string_view octets);
    void take(const sip::Flow& flow, std::string_view octets, sip::Message::Ends ends);
    void take_request(const sip::Flow& flow);
    void take_response(const sip::Flow& flow);
    bool pass_on(const sip::Envelope& response);
    void refuse(const sip::Flow& flow, const sip::Error& error);
    void tell_of_malformed(const sip::Flow& flow, const sip::Error& error) const;
    void refuse_full(const Arrival& arrival);
    void break_off(const Connection& connection, const sip::StreamFramer::Broken& broken);

    Shard shard_;
    Core& core_;
    ServerTransactions servers_;
    ClientTransactions clients_;
    std::vector<std::optional<Connection>> connections_;  // by slot
    sip::Message message_;                                // the one that is being taken
    sip::Edits edits_;
};

}  // namespace almon::stack
