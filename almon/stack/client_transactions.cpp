#include "almon/stack/client_transactions.hpp"

#include <charconv>

#include "almon/sip/request_writer.hpp"
#include "almon/stack/branch.hpp"

namespace almon::stack {
namespace {

using sip::Actions;

constexpr std::string_view via_start = "\r\nVia: SIP/2.0/";

// Our own Via is the topmost field of what we write; `octets` with another transport and sent-by in it.
std::string with_via_of(std::string_view octets, const Listener& listener) {
    const auto from = octets.find(via_start) + via_start.size();
    const auto to = octets.find(';', from);
    std::string text(octets.substr(0, from));
    text.append(sip::via_name(listener.transport)).append(" ").append(listener.sent_by);
    return text.append(octets.substr(to));
}

}  // namespace

ClientHandle ClientTransactions::send(const Outgoing& outgoing, ClientUser& user, std::uint64_t cookie) {
    const bool is_invite = outgoing.message.method() == sip::method::invite;
    const auto reliability = reliability_of(outgoing.flow.transport);
    ++shard_.transactions;
    const auto handle = records_.emplace(ClientTransactionRecord{.machine = sip::NonInviteClient(reliability),
                                                                 .user = &user,
                                                                 .cookie = cookie,
                                                                 .flow = outgoing.flow,
                                                                 .secret = shard_.random.next()});
    auto& record = *records_.get(handle);
    if (const auto* listener = shard_.listener_for(record.flow)) {
        record.flow.local = listener->local;
        const Branch branch(handle, record.secret, outgoing.branch_suffix);
        record.request = write(outgoing, *listener, branch.text());
        prefer_stream(record);
    }
    // What cannot leave fails at the next tick, not inside this call.
    record.is_unsendable = record.request.empty();
    if (is_invite)
        record.machine = sip::InviteClient(reliability_of(record.flow.transport));
    else
        record.machine = sip::NonInviteClient(reliability_of(record.flow.transport));
    const auto start = [&](auto& machine) { return machine.start(shard_.now(), shard_.settings.timers); };
    carry_out(handle, std::visit(start, record.machine), nullptr);
    if (record.is_unsendable)
        shard_.arm(record.timer, shard_.now(), {Due::Whose::client_transaction, handle.bits(), nullptr});
    return handle;
}

void ClientTransactions::cancel(ClientHandle invite) {
    auto* record = records_.get(invite);
    if (record == nullptr || record->cancel || record->request.empty()) return;
    if (!read_own(record->request)) return;
    auto out = shard_.scratch();
    sip::write_cancel(stored_, out);
    const auto flow = record->flow;
    ++shard_.transactions;
    const auto handle = records_.emplace(
        ClientTransactionRecord{.machine = sip::NonInviteClient(reliability_of(flow.transport)),
                                .user = nullptr,
                                .cookie = 0,
                                .flow = flow,
                                .request = std::string(out.view()),
                                .secret = record->secret});
    records_.get(invite)->cancel = handle;
    auto& machine = std::get<sip::NonInviteClient>(records_.get(handle)->machine);
    carry_out(handle, machine.start(shard_.now(), shard_.settings.timers), nullptr);
}

void ClientTransactions::abandon(ClientHandle handle) {
    auto* record = records_.get(handle);
    if (record == nullptr) return;
    record->user = nullptr;
    if (auto* invite = std::get_if<sip::InviteClient>(&record->machine))
        carry_out(handle, invite->abandon(shard_.now(), shard_.settings.timers), nullptr);
}

bool ClientTransactions::receive(const Arrival& arrival) {
    const auto handle = find(arrival.envelope);
    auto* record = records_.get(handle);
    if (record == nullptr) return false;
    const auto receive = [&](auto& machine) {
        return machine.receive(arrival.message.status(), shard_.now(), shard_.settings.timers);
    };
    const auto actions = std::visit(receive, record->machine);
    if (actions.send_ack) acknowledge(*record, arrival.message);
    // After a final response nothing but an ACK can be wanted again.
    if (arrival.message.status().is_final() && !actions.send_ack) {
        const auto* invite = std::get_if<sip::InviteClient>(&record->machine);
        if (!invite || invite->state() == sip::InviteClient::State::accepted)
            std::string().swap(record->request);
    }
    carry_out(handle, actions, &arrival);
    return true;
}

void ClientTransactions::expire(ClientHandle handle) {
    auto* record = records_.get(handle);
    if (record == nullptr) return;
    record->timer = {};
    if (record->is_unsendable) return send_failed(handle);
    auto* invite = std::get_if<sip::InviteClient>(&record->machine);
    carry_out(
        handle,
        invite ? invite->expire(shard_.now())
               : std::get<sip::NonInviteClient>(record->machine).expire(shard_.now(), shard_.settings.timers),
        nullptr);
}

void ClientTransactions::send_failed(ClientHandle handle) {
    auto* record = records_.get(handle);
    if (record == nullptr || fall_back_to_udp(handle, *record)) return;
    carry_out(handle, std::visit([](auto& machine) { return machine.transport_failed(); }, record->machine),
              nullptr);
}

// RFC 3261 §16.11: the branch is a function of the request, so its repeats get the same one, and so do the
// CANCEL of an INVITE and the ACK to its refusal, which have the INVITE's branch.
void ClientTransactions::send_stateless(const Outgoing& outgoing, const sip::Flow* came_by) {
    const auto* listener = shard_.listener_for(outgoing.flow);
    if (listener == nullptr) return;
    const auto* via = outgoing.message.find_field(sip::Via::name);
    const auto above = via ? outgoing.message.value(*via) : std::string_view{};
    StatelessBranch branch(base::siphash64(shard_.key, {"stateless", above, outgoing.message.request_uri()}));
    if (came_by != nullptr) name_way_back(branch, *came_by);
    auto flow = outgoing.flow;
    if (flow.local.port == 0) flow.local = listener->local;
    const auto octets = write(outgoing, *listener, branch.text());
    if (!octets.empty()) shard_.outbox.send(flow, octets);
}

void ClientTransactions::name_way_back(StatelessBranch& branch, const sip::Flow& came_by) const {
    char buffer[96];
    base::Printer word{buffer};
    shard_.flows.print(came_by, word);
    branch.append(word.view(), way_back_proof(branch.text(), word.view()));
}

std::uint64_t ClientTransactions::way_back_proof(std::string_view branch, std::string_view word) const {
    return base::siphash64(shard_.key, {"way back", branch, word});
}

std::optional<sip::Flow> ClientTransactions::stateless_way_back(const sip::Via& via) const {
    const auto parts = StatelessBranch::read(via.branch);
    if (!parts || parts->proof != way_back_proof(parts->branch, parts->word)) return {};
    return shard_.flows.read(parts->word);
}

// Empty when the message does not fit into the largest that there may be.
std::string_view ClientTransactions::write(const Outgoing& outgoing, const Listener& listener,
                                           std::string_view branch) {
    char buffer[512];
    base::Printer via{buffer};
    via.put("SIP/2.0/").put(sip::via_name(listener.transport)).put(' ').put(listener.sent_by);
    via.put(";rport;branch=").put(branch);
    outgoing.edits.prepend(sip::Via::name, via.view());
    auto out = shard_.scratch();
    outgoing.edits.write(outgoing.message, out);
    const bool fits = !via.overflowed() && !out.overflowed() && out.size() <= base::limits::message_octets;
    return fits ? out.view() : std::string_view{};
}

// RFC 3261 §18.1.1: a request too large for a datagram goes over TCP where we have it. Loopback carries any.
void ClientTransactions::prefer_stream(ClientTransactionRecord& record) {
    if (record.flow.transport != sip::Transport::udp || record.flow.peer.address.is_loopback()) return;
    if (record.request.size() <= shard_.settings.udp_request_octets) return;
    auto stream = record.flow;
    stream.transport = sip::Transport::tcp;
    const auto* listener = shard_.listener_for(stream);
    if (listener == nullptr) return;
    stream.local = listener->local;
    record.smaller = record.flow;
    record.flow = stream;
    record.request = with_via_of(record.request, *listener);
}

// §18.1.1: a peer that refuses TCP gets the large request over UDP after all.
bool ClientTransactions::fall_back_to_udp(ClientHandle handle, ClientTransactionRecord& record) {
    if (!record.smaller || record.request.empty()) return false;
    record.flow = *std::exchange(record.smaller, std::nullopt);
    const auto* listener = shard_.listener_for(record.flow);
    if (listener == nullptr) return false;
    record.request = with_via_of(record.request, *listener);
    if (record.is_invite())
        record.machine = sip::InviteClient(sip::Reliability::unreliable);
    else
        record.machine = sip::NonInviteClient(sip::Reliability::unreliable);
    const auto start = [&](auto& machine) { return machine.start(shard_.now(), shard_.settings.timers); };
    carry_out(handle, std::visit(start, record.machine), nullptr);
    return true;
}

// RFC 3261 §17.1.3: the branch is ours and the CSeq names the method that went out with it.
ClientHandle ClientTransactions::find(const sip::Envelope& envelope) const {
    const auto branch = read_branch(envelope.via.branch);
    if (!branch) return {};
    const auto* record = records_.get(branch->handle);
    if (record == nullptr || record->secret != branch->secret) return {};
    if (envelope.cseq.method == sip::method::cancel && record->is_invite()) return record->cancel;
    if (record->is_invite() != (envelope.cseq.method == sip::method::invite)) return {};
    return branch->handle;
}

// A request of ours may have a few fields more than the one that it was made of.
bool ClientTransactions::read_own(std::string_view request) {
    constexpr auto most_fields = base::limits::message_fields + 16;
    return stored_.assign(request, sip::Message::Ends::with_datagram, most_fields).has_value();
}

// §17.1.1.3. The ACK takes the place of the INVITE: it is what a repeated response calls for.
void ClientTransactions::acknowledge(ClientTransactionRecord& record, const sip::Message& response) {
    if (record.request.starts_with("INVITE ")) {
        if (!read_own(record.request)) return;
        auto out = shard_.scratch();
        sip::write_ack(stored_, response, out);
        record.request = std::string(out.view());
    }
    shard_.outbox.send(record.flow, record.request);
}

void ClientTransactions::carry_out(ClientHandle handle, Actions actions, const Arrival* arrival) {
    auto& record = *records_.get(handle);
    if (actions.send_request && !record.is_unsendable)
        shard_.outbox.send(record.flow, record.request, handle);
    if (!actions.ended) {
        const auto deadline =
            std::visit([](const auto& machine) { return machine.deadline(); }, record.machine);
        shard_.arm(record.timer, deadline, {Due::Whose::client_transaction, handle.bits(), nullptr});
    }
    // The user may do anything, even end what is carried out here: look again after each call.
    const auto user = [&]() -> ClientUser* {
        const auto* alive = records_.get(handle);
        return alive ? alive->user : nullptr;
    };
    const auto cookie = record.cookie;
    if (actions.deliver && arrival && user()) user()->response(cookie, *arrival);
    if (actions.timed_out && user()) user()->failed(cookie, Failure::timed_out);
    if (actions.failed && user()) user()->failed(cookie, Failure::unreachable);
    if (actions.ended && records_.get(handle)) end(handle);
}

void ClientTransactions::end(ClientHandle handle) {
    auto& record = *records_.get(handle);
    shard_.wheel.cancel(record.timer.id);
    const auto [user, cookie] = std::pair(record.user, record.cookie);
    records_.erase(handle);
    --shard_.transactions;
    if (user) user->client_ended(cookie);
}

}  // namespace almon::stack
