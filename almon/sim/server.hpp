// A simulated server: the shards, the registrar, the proxy and the database of a real one, on a network and a
// disk that the world decides about. It can crash at any moment and start again from what its disk kept.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "almon/server/node.hpp"
#include "almon/sim/machine.hpp"
#include "almon/sim/network.hpp"
#include "almon/sim/virtual_disk.hpp"
#include "almon/store/store.hpp"

namespace almon::sim {

struct ServerOptions {
    std::string domain = "example.com";
    Endpoint address{};  // UDP and TCP; its port is the SIP port
    std::uint16_t shards = 2;
    Duration commit_time = std::chrono::milliseconds(2);
    std::size_t transactions = base::limits::transactions_per_shard;
    store::Durability durability = store::Durability::commit;
    server::Settings policy{};  // domains and realm are set from `domain`
};

class Server final : public Machine, Station {
 public:
    Server(std::uint64_t seed, Network& network, const Clock& clock, Trace& trace, ServerOptions options);
    ~Server() override;

    const std::string& domain() const { return options_.domain; }
    const Endpoint& address() const { return options_.address; }
    const server::Settings& policy() const { return *policy_; }
    void add_user(const std::string& user, const std::string& password);

    // Everything in memory is gone, and of the disk what was not synced; nobody is told.
    void crash();
    // It crashes right after so many more packets have left, even between two of one turn.
    void crash_after(unsigned packets) { packets_to_crash_ = packets; }
    void start();
    // Somebody sets its calendar: an administrator, or NTP at last. It notices at its next turn.
    void calendar_jumps(std::chrono::milliseconds by);
    bool is_up() const { return !shards_.empty(); }
    VirtualDisk& disk() { return disk_; }

    // The contacts that are bound now, as URIs.
    std::set<std::string> bindings(std::string_view user) const;
    // What it still keeps of calls and requests; all zero when nothing is under way.
    struct Load {
        std::size_t server_transactions = 0, client_transactions = 0, contexts = 0, invites = 0, commits = 0;
        bool is_zero() const {
            return server_transactions + client_transactions + contexts + invites + commits == 0;
        }
    };
    Load load() const;

    // --- What it has in memory while it is up; see ceilings.hpp.
    std::uint16_t shards() const { return static_cast<std::uint16_t>(shards_.size()); }
    const server::Node& node(std::uint16_t shard) const;
    const server::Site& site() const { return *site_; }
    std::size_t streams(std::uint16_t shard) const;
    // That wait for the shard, from the others.
    std::size_t letters(std::uint16_t shard) const;

    std::optional<Instant> deadline() const override;
    void advance() override;

 private:
    class Shard;
    struct Waiting {
        std::uint16_t shard;
        server::Commit commit;
    };

    void datagram(const Endpoint& from, const Endpoint& to, std::string_view octets) override;
    void opened(StreamEnd end, const Endpoint& local, const Endpoint& peer) override;
    void received(StreamEnd end, std::string_view octets) override;
    void closed(StreamEnd end) override;

    // Whatever a turn has left: packets, letters between the shards, commits.
    void settle();
    void work_off_turn();
    bool may_send();
    void write_batch();
    bool write(const std::vector<Waiting>& batch);
    void restore();

    base::Random random_;
    Network& network_;
    const Clock& world_clock_;
    HostClock clock_;
    Trace& trace_;
    ServerOptions options_;
    server::SettingsSnapshot policy_;
    VirtualDisk disk_;
    std::map<std::string, std::string> passwords_;
    server::Keys keys_;  // `routes` and `nonces` outlive a crash, as files in the state folder do

    std::unique_ptr<server::Site> site_;
    std::unique_ptr<store::Store> store_;
    std::vector<std::unique_ptr<Shard>> shards_;
    std::map<StreamEnd, std::uint16_t> accepted_;  // by which shard
    std::vector<Waiting> waiting_, writing_;
    std::optional<unsigned> packets_to_crash_;
    std::optional<Instant> written_;  // in the world's time: when the batch that is being written is durable
};

}  // namespace almon::sim
