// The client transactions of one shard (RFC 3261 §17.1). The branch that we write carries the record's handle
// and a random secret, so a response finds its transaction without a table (§17.1.3).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "almon/base/slab.hpp"
#include "almon/sip/edits.hpp"
#include "almon/sip/transaction/invite_client.hpp"
#include "almon/sip/transaction/non_invite_client.hpp"
#include "almon/stack/branch.hpp"
#include "almon/stack/shard.hpp"

namespace almon::stack {

// A request to be sent: a message, what to change in it, and where to. The stack puts its Via on top.
struct Outgoing {
    const sip::Message& message;
    sip::Edits& edits;  // gets the Via added
    // Where to. local.port 0: the stack picks the listener. On streams without a connection: any to that
    // peer.
    sip::Flow flow;
    std::string_view branch_suffix = {};  // appended to the branch: a proxy's loop detection (§16.6 step 8)
};

struct ClientTransactionRecord {
    std::variant<sip::InviteClient, sip::NonInviteClient> machine;
    ClientUser* user;  // null: nobody listens any more
    std::uint64_t cookie;
    sip::Flow flow;
    std::string request;  // while it may be sent again; after a 3xx-6xx to an INVITE, its ACK
    std::uint64_t secret;
    ClientHandle cancel;               // the transaction of this INVITE's CANCEL
    std::optional<sip::Flow> smaller;  // UDP, from which the request moved to TCP for its size (§18.1.1)
    Timer timer;
    bool is_unsendable = false;

    bool is_invite() const { return std::holds_alternative<sip::InviteClient>(machine); }
};

class ClientTransactions {
 public:
    explicit ClientTransactions(Shard& shard) : shard_(shard) {}

    ClientHandle send(const Outgoing& outgoing, ClientUser& user, std::uint64_t cookie);
    void cancel(ClientHandle invite);
    void abandon(ClientHandle handle);
    // False when the response belongs to no transaction of ours.
    bool receive(const Arrival& arrival);
    void expire(ClientHandle handle);
    void send_failed(ClientHandle handle);
    void send_stateless(const Outgoing& outgoing, const sip::Flow* came_by);
    // Where the response with this Via goes, which send_stateless() wrote. Nullopt: it did not.
    std::optional<sip::Flow> stateless_way_back(const sip::Via& via) const;

    std::size_t size() const { return records_.size(); }

 private:
    void name_way_back(StatelessBranch& branch, const sip::Flow& came_by) const;
    std::uint64_t way_back_proof(std::string_view branch, std::string_view word) const;
    struct Route;
    Route route(const sip::Flow& flow) const;
    std::string_view write(const Outgoing& outgoing, const Listener& listener, std::string_view branch);
    void prefer_stream(ClientTransactionRecord& record);
    bool fall_back_to_udp(ClientHandle handle, ClientTransactionRecord& record);
    ClientHandle find(const sip::Envelope& envelope) const;
    bool read_own(std::string_view request);
    void acknowledge(ClientTransactionRecord& record, const sip::Message& response);
    void carry_out(ClientHandle handle, sip::Actions actions, const Arrival* arrival);
    void end(ClientHandle handle);

    Shard& shard_;
    base::Slab<ClientTransactionRecord> records_;
    sip::Message stored_;  // scratch: a request of ours, parsed again for its ACK or CANCEL
};

}  // namespace almon::stack
