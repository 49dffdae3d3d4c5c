#include "almon/sim/ceilings.hpp"

#include <algorithm>

namespace almon::sim {
namespace {

namespace limits = base::limits;

// A branch may have a request and its CANCEL under way.
constexpr std::size_t transactions_of_branch = 2;

void add_stack(const stack::Stack& stack, const server::Settings& policy, std::vector<Table>& tables) {
    const auto most = stack.settings().transaction_limit;
    tables.push_back(
        {"server transactions", stack.server_transactions(), most, "limits::transactions_per_shard"});
    tables.push_back({"client transactions", stack.client_transactions(),
                      most * policy.max_branches * transactions_of_branch,
                      "limits::branches_per_request for each of limits::transactions_per_shard"});
    tables.push_back({"INVITEs in progress", stack.invites_in_progress(), stack.server_transactions(),
                      "its server transactions"});
}

void add_users(const server::Node& node, const server::Settings& policy, std::vector<Table>& tables) {
    const auto& stack = node.stack();
    const auto& proxy = node.proxy();
    const auto& nonces = node.nonces();
    const auto transactions = stack.server_transactions() + stack.client_transactions();
    tables.push_back({"response contexts", proxy.contexts(), transactions, "its transactions"});
    tables.push_back({"branches", proxy.branches(), proxy.contexts() * policy.max_branches,
                      "limits::branches_per_request for each response context"});
    tables.push_back({"pending changes", node.registrar().pending(),
                      policy.pending_commits / stack.settings().shards, "limits::pending_commits"});
    tables.push_back(
        {"nonce windows", nonces.size(), policy.nonce_windows, "limits::nonce_windows", /*lasts*/ true});
}

// Between two turns.
void add_outbox(const stack::Outbox& outbox, std::vector<Table>& tables) {
    tables.push_back({"octets in the outbox", outbox.held(), 0, "what a turn leaves"});
    tables.push_back({"memory of the outbox", outbox.kept(), limits::outbox_octets, "limits::outbox_octets",
                      /*lasts*/ true});
}

void add_shard(const Server& server, std::uint16_t shard, std::vector<Table>& tables) {
    const auto& node = server.node(shard);
    const auto& policy = server.policy();
    add_stack(node.stack(), policy, tables);
    add_users(node, policy, tables);
    add_outbox(node.outbox(), tables);
    tables.push_back({"connections of the stack", node.stack().connections(), server.streams(shard),
                      "the streams of its host"});
    tables.push_back(
        {"streams", server.streams(shard), limits::connections_per_shard, "limits::connections_per_shard"});
    tables.push_back({"letters", server.letters(shard), 0, "what a turn leaves"});
}

// A shard's timers are those of its transactions, of its branches, of the records that it owns, and the one
// for dating records anew.
void add_site(const Server& server, std::vector<Table>& tables) {
    const auto& site = server.site();
    const auto& policy = server.policy();
    std::size_t streams = 0, timers = 0, may_have_timer = site.location.aors() + server.shards();
    for (std::uint16_t shard = 0; shard < server.shards(); ++shard) {
        const auto& node = server.node(shard);
        streams += server.streams(shard);
        timers += node.stack().timers();
        may_have_timer +=
            node.stack().server_transactions() + node.stack().client_transactions() + node.proxy().branches();
    }
    tables.push_back({"timers", timers, may_have_timer, "its transactions, branches and records"});
    tables.push_back({"peers with a connection", site.connections.size(), streams, "its streams"});
    tables.push_back({"addresses-of-record", site.location.aors(), policy.aors + policy.pending_commits,
                      "limits::aors and limits::pending_commits"});
    tables.push_back({"bindings", site.location.bindings(), site.location.aors() * policy.bindings_per_aor,
                      "limits::bindings_per_aor for each address-of-record"});
}

void add_tables(const Server& server, std::vector<Table>& tables) {
    if (!server.is_up()) return;
    for (std::uint16_t shard = 0; shard < server.shards(); ++shard) add_shard(server, shard, tables);
    add_site(server, tables);
}

std::string has(std::string_view domain, const Table& table) {
    return std::string(domain) + " has " + std::to_string(table.count) + " " + std::string(table.name);
}

}  // namespace

std::vector<Table> tables_of(const Server& server) {
    std::vector<Table> tables;
    add_tables(server, tables);
    return tables;
}

std::optional<std::string> beyond_ceiling(std::string_view domain, std::span<const Table> tables) {
    const auto beyond = std::ranges::find_if(tables, [](const Table& one) { return one.count > one.most; });
    if (beyond == tables.end()) return {};
    return has(domain, *beyond) + ", and " + std::to_string(beyond->most) +
           " is the most: " + std::string(beyond->ceiling);
}

void Ceilings::look_at(const Server& server) {
    if (!broken_.empty()) return;
    tables_.clear();
    add_tables(server, tables_);
    if (auto sentence = beyond_ceiling(server.domain(), tables_)) broken_.push_back(std::move(*sentence));
}

std::vector<std::string> left_in(std::string_view domain, std::span<const Table> tables) {
    std::vector<std::string> sentences;
    for (const auto& table : tables)
        if (table.count > 0 && !table.lasts)
            sentences.push_back(has(domain, table) + " left when all is over");
    return sentences;
}

}  // namespace almon::sim
