#include "almon/server/node.hpp"

namespace almon::server {

using Turn = base::Epochs::Turn;

Node::Node(Site& site, stack::Settings settings, const SettingsSnapshot& policy, Durability durability,
           std::span<const std::byte, 32> seed, base::Instant start, base::Log log)
    : site_(site),
      random_(seed),
      stack_(std::move(settings), *this, random_, outbox_, site.keys.tables, log),
      nonces_(site.keys.nonces, shard(), start, policy->nonce_windows),
      authenticator_(site.subscribers, nonces_, random_, stack_.settings().listeners, policy, log),
      domains_(policy, stack_.settings().listeners),
      targets_(domains_, site.location, site.subscribers, site.connections, stack_.flows()),
      registrar_(stack_, domains_, site.location, authenticator_, policy, durability, site.keys.tables,
                 commits_),
      proxy_(stack_, domains_, targets_, site.signer, site.keys.routes, policy),
      redirect_(stack_, targets_),
      router_(stack_, domains_, site.signer, site.keys.routes, authenticator_, registrar_, proxy_, redirect_,
              policy) {}

void Node::connected(const sip::Flow& flow, base::Moment moment) {
    const Turn turn(site_.epochs, shard());
    site_.connections.opened(flow);
    stack_.connected(flow, moment);
}

bool Node::received(sip::ConnectionId connection, std::string_view octets, base::Moment moment) {
    const Turn turn(site_.epochs, shard());
    return stack_.received(connection, octets, moment);
}

void Node::disconnected(sip::ConnectionId connection, base::Moment moment) {
    const Turn turn(site_.epochs, shard());
    if (const auto flow = stack_.disconnected(connection, moment)) site_.connections.closed(*flow);
}

std::optional<sip::ConnectionId> Node::connection_to(const sip::Flow& flow) const {
    const Turn turn(site_.epochs, shard());
    return site_.connections.find(flow.transport, flow.peer);
}

void Node::handed_over(const sip::Flow& flow, std::string_view octets, base::Moment moment) {
    const Turn turn(site_.epochs, shard());
    stack_.handed_over(flow, octets, moment);
}

void Node::send_failed(stack::ClientHandle origin, base::Moment moment) {
    const Turn turn(site_.epochs, shard());
    stack_.send_failed(origin, moment);
}

void Node::committed(std::uint64_t ticket, bool durable, base::Moment moment) {
    const Turn turn(site_.epochs, shard());
    stack_.turn(moment);
    registrar_.committed(ticket, durable);
}

void Node::advance(base::Moment moment) {
    const Turn turn(site_.epochs, shard());
    stack_.advance(moment);
    registrar_.look_at_calendar();
}

void Node::apply(const SettingsSnapshot& policy) {
    authenticator_.apply(policy);
    domains_.apply(policy);
    registrar_.apply(policy);
    proxy_.apply(policy);
    router_.apply(policy);
}

base::Result<void> Node::restore(std::string_view aor, std::string_view record, base::Moment moment) {
    const Turn turn(site_.epochs, shard());
    stack_.turn(moment);
    registrar_.look_at_calendar();
    return registrar_.restore(aor, record, moment);
}

bool Node::unbind(std::string_view aor, std::string_view contact, base::Moment moment) {
    const Turn turn(site_.epochs, shard());
    stack_.turn(moment);
    return registrar_.unbind(aor, contact);
}

// A server that is about to stop takes on nothing new; what belongs to a dialog it still passes on.
void Node::request(const stack::Arrival& arrival) {
    const bool is_new = arrival.envelope.to_tag.value().empty() &&
                        arrival.message.method() != sip::method::ack &&
                        arrival.message.method() != sip::method::cancel;
    if (!draining_ || !is_new) return router_.request(arrival);
    stack_.reply(arrival, {.status = sip::status::service_unavailable, .fields = "Retry-After: 10\r\n"});
}

}  // namespace almon::server
