#include "almon/stack/server_transactions.hpp"

#include "almon/sip/transaction/key.hpp"
#include "almon/stack/local_tag.hpp"

namespace almon::stack {

using sip::Actions;

bool ServerTransactions::receive(const Arrival& arrival) {
    const auto method = arrival.message.method();
    const auto found = find(arrival.key);
    if (method == sip::method::ack) return found && receive_ack(*found, arrival.envelope);
    if (found) {
        receive_again(*found);
        return true;
    }
    return method == sip::method::cancel && receive_cancel(arrival);
}

std::optional<ServerHandle> ServerTransactions::open(const Arrival& arrival, ServerUser* user,
                                                     std::uint64_t cookie) {
    const auto handle = add(arrival, user, cookie);
    if (!handle) return {};
    auto& record = *records_.get(*handle);
    auto out = shard_.scratch();
    sip::write_reply(arrival.message, {.status = sip::status::trying}, out);
    record.response = out.view();
    auto actions = start(record);
    actions.deliver = false;  // whoever opens it has the request in hand
    carry_out(*handle, actions);
    return handle;
}

bool ServerTransactions::answer(const Arrival& arrival, sip::Status status, std::string_view octets) {
    const auto handle = add(arrival, nullptr, 0);
    if (!handle) return false;
    (void)start(*records_.get(*handle));
    respond(*handle, status, octets);
    return true;
}

std::optional<ServerHandle> ServerTransactions::add(const Arrival& arrival, ServerUser* user,
                                                    std::uint64_t cookie) {
    if (shard_.transactions >= shard_.settings.transaction_limit) return {};
    ++shard_.transactions;
    const auto reliability = reliability_of(arrival.flow.transport);
    const auto way = way_back(arrival.flow, arrival.envelope.via);
    const auto handle = records_.emplace(ServerTransactionRecord{.key = arrival.key,
                                                                 .machine = sip::NonInviteServer(reliability),
                                                                 .user = user,
                                                                 .cookie = cookie,
                                                                 .flow = way.flow,
                                                                 .fallback = way.fallback});
    auto& record = *records_.get(handle);
    index_.insert(record.key.a, handle.slot);
    if (arrival.message.method() == sip::method::invite) {
        record.machine.emplace<sip::InviteServer>(reliability);
        ++invites_in_progress_;
    }
    return handle;
}

Actions ServerTransactions::start(ServerTransactionRecord& record) {
    const auto start = [&](auto& machine) { return machine.start(shard_.now(), shard_.settings.timers); };
    return std::visit(start, record.machine);
}

void ServerTransactions::respond(ServerHandle handle, sip::Status status, std::string_view octets) {
    auto* record = records_.get(handle);
    if (record == nullptr) return;  // it ended meanwhile: Timer H, or a lost connection
    const auto respond = [&](auto& machine) {
        return machine.respond(status, shard_.now(), shard_.settings.timers);
    };
    if (record->invite() && status.is_final() &&
        record->invite()->state() == sip::InviteServer::State::proceeding)
        --invites_in_progress_;
    const auto actions = std::visit(respond, record->machine);
    if (actions.send_response) record->response = octets;
    carry_out(handle, actions);
    // A 2xx is repeated by whoever accepted, never from here (RFC 6026 §7.1).
    record = records_.get(handle);
    if (record && record->invite() && status.is_success()) std::string().swap(record->response);
}

void ServerTransactions::expire(ServerHandle handle) {
    auto* record = records_.get(handle);
    if (record == nullptr) return;
    record->timer = {};
    const auto now = shard_.now();
    auto* invite = record->invite();
    carry_out(handle, invite ? invite->expire(now, shard_.settings.timers)
                             : std::get<sip::NonInviteServer>(record->machine).expire(now));
}

std::optional<ServerHandle> ServerTransactions::find(const base::Hash128& key) const {
    const auto same = [&](std::uint32_t slot) { return records_.at(slot).key == key; };
    const auto slot = index_.find(key.a, same);
    if (!slot) return {};
    return records_.handle_of(*slot);
}

void ServerTransactions::receive_again(ServerHandle handle) {
    ++shard_.counters.retransmissions;
    auto& record = *records_.get(handle);
    auto* invite = record.invite();
    carry_out(handle,
              invite ? invite->receive_invite() : std::get<sip::NonInviteServer>(record.machine).receive());
}

// False: it acknowledges a 2xx, which is not the transaction's business (§13.3.1.4).
bool ServerTransactions::receive_ack(ServerHandle handle, const sip::Envelope& ack) {
    auto& record = *records_.get(handle);
    auto* invite = record.invite();
    if (invite == nullptr) return true;
    if (!sip::has_unique_branch(ack.via) && !sip::acknowledges(ack, response_tag(record))) return false;
    const auto actions = invite->receive_ack(shard_.now(), shard_.settings.timers);
    carry_out(handle, actions);
    return !actions.deliver;
}

// The To tag of our latest response; empty when nothing of it is kept.
sip::Tag ServerTransactions::response_tag(const ServerTransactionRecord& record) {
    if (!stored_.assign(record.response)) return {};
    const auto to = stored_.get<sip::To>();
    return to ? to->tag : sip::Tag{};
}

// RFC 3261 §9.2: a CANCEL that matches has its 200 at once, whatever becomes of the INVITE.
bool ServerTransactions::receive_cancel(const Arrival& arrival) {
    const auto invite = find(
        sip::server_key(shard_.key, arrival.message.request_uri(), arrival.envelope, sip::method::invite));
    if (!invite || !records_.get(*invite)->invite()) return false;
    auto out = shard_.scratch();
    const auto tag = local_tag(shard_.key, arrival.message);
    sip::write_reply(arrival.message, {.status = sip::status::ok, .to_tag = tag.tag()}, out);
    if (!answer(arrival, sip::status::ok, out.view())) return true;  // full: the CANCEL will come again
    const auto& record = *records_.get(*invite);
    if (record.user &&
        std::get<sip::InviteServer>(record.machine).state() == sip::InviteServer::State::proceeding)
        record.user->cancelled(record.cookie);
    return true;
}

void ServerTransactions::carry_out(ServerHandle handle, Actions actions) {
    auto& record = *records_.get(handle);
    if (actions.send_response || actions.send_trying) send(record);
    if (actions.ended) return end(handle);
    const auto deadline = std::visit([](const auto& machine) { return machine.deadline(); }, record.machine);
    shard_.arm(record.timer, deadline, {Due::Whose::server_transaction, handle.bits(), nullptr});
}

void ServerTransactions::send(const ServerTransactionRecord& record) {
    if (!record.response.empty()) shard_.outbox.send(record.flow, record.response, {}, record.fallback);
}

void ServerTransactions::end(ServerHandle handle) {
    auto& record = *records_.get(handle);
    shard_.wheel.cancel(record.timer.id);
    index_.erase(record.key.a, handle.slot);
    const auto [user, cookie] = std::pair(record.user, record.cookie);
    records_.erase(handle);
    --shard_.transactions;
    if (user) user->server_ended(cookie);
}

}  // namespace almon::stack
