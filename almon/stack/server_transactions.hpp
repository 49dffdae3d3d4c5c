// The server transactions of one shard (RFC 3261 §17.2): the machines joined with their keys, their users,
// the timer wheel and the octets that they may have to send again.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "almon/base/hash_index.hpp"
#include "almon/base/slab.hpp"
#include "almon/sip/reply.hpp"
#include "almon/sip/transaction/invite_server.hpp"
#include "almon/sip/transaction/non_invite_server.hpp"
#include "almon/stack/shard.hpp"

namespace almon::stack {

// What lingers for up to 32 s after an answer, so it holds as little as it can.
struct ServerTransactionRecord {
    base::Hash128 key;
    std::variant<sip::InviteServer, sip::NonInviteServer> machine;
    ServerUser* user;
    std::uint64_t cookie;
    sip::Flow flow;
    sip::Endpoint fallback;  // for streams whose connection is gone (§18.2.2)
    std::string response;    // the latest, or the 100 that may be wanted
    Timer timer;

    sip::InviteServer* invite() { return std::get_if<sip::InviteServer>(&machine); }
};
using ServerHandle = base::Handle<ServerTransactionRecord>;

// The right to answer a request. It is consumed by the final answer: a second one would be a use after move.
class ServerTransaction {
 public:
    explicit ServerTransaction(ServerHandle handle) : handle_(handle) {}
    ServerTransaction(ServerTransaction&&) = default;
    ServerTransaction& operator=(ServerTransaction&&) = default;
    ServerTransaction(const ServerTransaction&) = delete;
    ServerTransaction& operator=(const ServerTransaction&) = delete;
    ServerHandle handle() const { return handle_; }

 private:
    ServerHandle handle_;
};

// An INVITE that was answered with 2xx: more 2xx of other forks may follow (RFC 6026 §7.1), nothing else.
struct AcceptedInvite {
    ServerHandle handle;
};

class ServerTransactions {
 public:
    explicit ServerTransactions(Shard& shard) : shard_(shard) {}

    // Gives the request to the transaction that it belongs to, a CANCEL to its INVITE's. False when it is
    // new, or an ACK that its transaction passes up.
    bool receive(const Arrival& arrival);
    // Nullopt when the table is full.
    std::optional<ServerHandle> open(const Arrival& arrival, ServerUser* user, std::uint64_t cookie);
    // Opens and answers in one step: nobody will wait, so no 100 is prepared. False when the table is full.
    bool answer(const Arrival& arrival, sip::Status status, std::string_view octets);
    void respond(ServerHandle handle, sip::Status status, std::string_view octets);
    void expire(ServerHandle handle);

    std::size_t size() const { return records_.size(); }
    std::size_t invites_in_progress() const { return invites_in_progress_; }

 private:
    std::optional<ServerHandle> find(const base::Hash128& key) const;
    std::optional<ServerHandle> add(const Arrival& arrival, ServerUser* user, std::uint64_t cookie);
    sip::Actions start(ServerTransactionRecord& record);
    void receive_again(ServerHandle handle);
    bool receive_ack(ServerHandle handle, const sip::Envelope& ack);
    sip::Tag response_tag(const ServerTransactionRecord& record);
    bool receive_cancel(const Arrival& arrival);
    void carry_out(ServerHandle handle, sip::Actions actions);
    void send(const ServerTransactionRecord& record);
    void end(ServerHandle handle);

    Shard& shard_;
    base::Slab<ServerTransactionRecord> records_;
    base::HashIndex index_;
    sip::Message stored_;  // scratch: a response of ours, parsed again
    std::size_t invites_in_progress_ = 0;
};

}  // namespace almon::stack
