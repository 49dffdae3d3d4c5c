#include "almon/host/control.hpp"

#include <unistd.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "almon/host/listing.hpp"
#include "almon/host/orders.hpp"
#include "almon/net/clock.hpp"

namespace almon::host {
namespace {

namespace json = boost::json;

std::string refusal(std::string_view sentence) {
    return json::serialize(json::object{{"ok", false}, {"error", std::string(sentence)}});
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    while (!line.empty()) {
        const auto blank = line.find(' ');
        words.push_back(line.substr(0, blank));
        line = blank == line.npos ? std::string_view{} : line.substr(blank + 1);
    }
    return words;
}

// Resident memory in octets; 0 where the system does not say (only Linux has this file).
std::uint64_t resident_octets() {
    std::FILE* file = std::fopen("/proc/self/statm", "r");
    if (file == nullptr) return 0;
    unsigned long long pages = 0;
    const int read = std::fscanf(file, "%*u %llu", &pages);
    std::fclose(file);
    return read == 1 ? pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

struct Figures {
    std::uint64_t requests = 0, responses = 0, malformed = 0, retransmissions = 0, refused_full = 0;
    std::size_t invites = 0, server_transactions = 0, client_transactions = 0, pending_registrations = 0;
    Shard::Counters host = {};

    Figures& operator+=(const Figures& other) {
        requests += other.requests, responses += other.responses, malformed += other.malformed;
        retransmissions += other.retransmissions, refused_full += other.refused_full;
        invites += other.invites;
        server_transactions += other.server_transactions, client_transactions += other.client_transactions;
        pending_registrations += other.pending_registrations;
        host.datagrams_dropped += other.host.datagrams_dropped;
        host.datagrams_refused += other.host.datagrams_refused;
        host.letters_shed += other.host.letters_shed;
        host.connections_refused += other.host.connections_refused;
        host.accept_pauses += other.host.accept_pauses;
        host.connections += other.host.connections;
        return *this;
    }
};

Figures figures_of(Shard& shard) {
    const auto& stack = shard.node().stack();
    const auto& counters = stack.counters();
    return {counters.requests,
            counters.responses,
            counters.malformed,
            counters.retransmissions,
            counters.refused_full,
            stack.invites_in_progress(),
            stack.server_transactions(),
            stack.client_transactions(),
            shard.node().registrar().pending(),
            shard.counters()};
}

}  // namespace

base::Outcome<std::unique_ptr<Control>> Control::listen(net::Loop& loop, const std::string& path,
                                                        server::Site& site, std::span<Shard* const> shards,
                                                        StoreThread& store, std::size_t answer_octets) {
    auto control = std::make_unique<Control>(loop, site, shards, store, answer_octets);
    auto server = net::LineServer::listen(loop, path, *control);
    if (!server) return tl::unexpected(server.error());
    control->server_ = std::move(*server);
    return control;
}

Control::Control(net::Loop& loop, server::Site& site, std::span<Shard* const> shards, StoreThread& store,
                 std::size_t answer_octets)
    : loop_(loop),
      site_(site),
      shards_(shards),
      store_(store),
      answer_octets_(answer_octets),
      started_(net::read_clocks().now),
      counted_at_(started_) {}

void Control::asked(net::QuestionId id, std::string_view line) {
    auto text = answer(line);
    if (text.size() >= answer_octets_) text = refusal("that is too long a list to answer");
    server_->answer(id, text + "\n");
}

std::string Control::answer(std::string_view line) {
    const auto words = words_of(line);
    if (words.empty()) return refusal("empty question");
    const auto rest = std::span(words).subspan(1);
    if (words[0] == "status") return status();
    if (words[0] == "bindings") return bindings(rest.empty() ? std::string_view{} : rest[0]);
    if (words[0] == "user-list") return user_list();
    if (words[0] == "user-add" || words[0] == "user-passwd") return set_user(words[0], rest);
    if (words[0] == "user-remove") return remove_user(rest);
    return refusal("unknown question: " + std::string(words[0]));
}

std::string Control::status() {
    Figures sum;
    for (const auto& figures : ask_all(shards_, figures_of)) sum += figures;
    const auto now = loop_.moment().now;
    const auto messages = sum.requests + sum.responses;
    const auto seconds = std::chrono::duration<double>(now - std::exchange(counted_at_, now)).count();
    const auto rate =
        static_cast<double>(messages - std::exchange(counted_, messages)) / std::max(seconds, 0.001);
    return json::serialize(json::object{
        {"ok", true},
        {"uptime_seconds", std::chrono::duration_cast<std::chrono::seconds>(now - started_).count()},
        {"shards", shards_.size()},
        {"invites_in_progress", sum.invites},
        {"server_transactions", sum.server_transactions},
        {"client_transactions", sum.client_transactions},
        {"bindings", site_.location.bindings()},
        {"addresses_of_record", site_.location.aors()},
        {"registrations_pending", sum.pending_registrations},
        {"users", site_.subscribers.size()},
        {"requests", sum.requests},
        {"responses", sum.responses},
        {"malformed", sum.malformed},
        {"retransmissions", sum.retransmissions},
        {"refused_for_lack_of_room", sum.refused_full},
        {"messages_per_second", rate},
        {"connections", sum.host.connections},
        {"connections_refused", sum.host.connections_refused},
        {"accept_pauses", sum.host.accept_pauses},
        {"datagrams_dropped", sum.host.datagrams_dropped},
        {"datagrams_refused", sum.host.datagrams_refused},
        {"letters_shed", sum.host.letters_shed},
        {"commits_waiting", store_.waiting()},
        {"memory_octets", resident_octets()}});
}

std::string Control::bindings(std::string_view aor) {
    const auto listed = ask_all(shards_, [this, wanted = std::string(aor),
                                          now = loop_.moment().now](Shard& shard) {
        json::array rows;
        site_.location.for_each(shard.node().stack().settings().shard, [&](const server::AorRecord& record) {
            if (is_meant(record.aor(), wanted)) list_bindings(record, now, rows);
        });
        return rows;
    });
    json::array all;
    for (const auto& rows : listed) all.insert(all.end(), rows.begin(), rows.end());
    return json::serialize(json::object{{"ok", true}, {"bindings", std::move(all)}});
}

std::string Control::user_list() {
    json::array names;
    const auto listed = store_.with_store([&](store::Store& store) {
        return store.for_each_subscriber(
            [&](const store::Subscriber& one) { names.emplace_back(one.user + "@" + one.domain); });
    });
    if (!listed) return refusal(listed.error().sentence);
    return json::serialize(json::object{{"ok", true}, {"users", std::move(names)}});
}

std::string Control::set_user(std::string_view verb, std::span<const std::string_view> words) {
    if (words.size() < 3) return refusal("user, domain and secrets are needed");
    const auto text = std::string_view(words[2].data(), words.back().data() + words.back().size());
    base::Scanner in(text);
    const auto secret = sip::digest::Secret::parse(in);
    if (!secret) return refusal("the secrets cannot be read");
    const auto subscriber = subscriber_of(words[0], words[1], *secret);
    const auto stored = store_.with_store([&](store::Store& store) {
        return verb == "user-add" ? store.add(subscriber) : store.set_secrets(subscriber);
    });
    if (!stored) return refusal(stored.error().sentence);
    site_.subscribers.set(words[0], words[1], *secret);
    return json::serialize(json::object{{"ok", true}});
}

std::string Control::remove_user(std::span<const std::string_view> words) {
    if (words.size() != 2) return refusal("user and domain are needed");
    const auto removed =
        store_.with_store([&](store::Store& store) { return store.remove({words[0], words[1]}); });
    if (!removed) return refusal(removed.error().sentence);
    site_.subscribers.remove(words[0], words[1]);
    return json::serialize(json::object{{"ok", true}});
}

}  // namespace almon::host
