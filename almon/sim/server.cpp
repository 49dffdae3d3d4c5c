#include "almon/sim/server.hpp"

#include <algorithm>

#include "almon/base/assert.hpp"
#include "almon/sim/outlet.hpp"
#include "almon/store/sqlite_store.hpp"

namespace almon::sim {
namespace {

base::HashKey hash_key(base::Random& random) {
    return {random.next(), random.next()};
}

}  // namespace

// One shard: the node, and its outlet to the network. Letters to it wait until its own turn.
class Server::Shard final : public Engine {
 public:
    Shard(Server& server, std::uint16_t number, const stack::Settings& settings)
        : server_(server),
          node_(*server.site_, settings, server.policy_, server::Durability::commit, seed(server.random_),
                server.clock_.now(), {}),
          outlet_(server.network_, *this, number) {}

    server::Node& node() { return node_; }
    const server::Node& node() const { return node_; }
    Outlet& outlet() { return outlet_; }
    const Outlet& outlet() const { return outlet_; }
    std::size_t letters() const { return letters_.size(); }
    bool has_letters() const { return !letters_.empty(); }
    void read_letter() {
        auto letter = std::move(letters_.front());
        letters_.pop_front();
        std::visit([this](auto& content) { take(content); }, letter);
    }

    void datagram(const sip::Flow& flow, std::string_view octets) override {
        struct Datagram {
            Endpoint from;
            std::string_view bytes;
        };
        const Datagram one{flow.peer, octets};
        node_.datagrams(flow, std::span<const Datagram>(&one, 1), now());
    }
    void connected(const sip::Flow& flow) override { node_.connected(flow, now()); }
    void received(sip::ConnectionId id, std::string_view octets) override {
        (void)node_.received(id, octets, now());
    }
    void disconnected(sip::ConnectionId id) override { node_.disconnected(id, now()); }
    std::optional<sip::ConnectionId> connection_to(const sip::Flow& flow) const override {
        return node_.connection_to(flow);
    }
    void send_failed(stack::ClientHandle origin) override { node_.send_failed(origin, now()); }
    stack::Outbox& outbox() override { return node_.outbox(); }
    void turn_ended() override { server_.settle(); }
    bool may_send() override { return server_.may_send(); }

    void hand_over(std::uint16_t shard, const sip::Flow& flow, std::string_view octets) override {
        server_.shards_[shard]->letters_.emplace_back(HandedOver{flow, std::string(octets)});
    }
    void send_elsewhere(std::uint16_t shard, StreamPacket&& packet) override {
        server_.shards_[shard]->letters_.emplace_back(std::move(packet));
    }
    void tell_failed(std::uint16_t shard, stack::ClientHandle origin) override {
        server_.shards_[shard]->letters_.emplace_back(origin);
    }

 private:
    struct HandedOver {
        sip::Flow flow;
        std::string octets;
    };
    static std::array<std::byte, 32> seed(base::Random& random) {
        std::array<std::byte, 32> octets;
        random.fill({reinterpret_cast<unsigned char*>(octets.data()), octets.size()});
        return octets;
    }
    Moment now() const { return server_.clock_.moment(); }
    void take(HandedOver& letter) { node_.handed_over(letter.flow, letter.octets, now()); }
    void take(StreamPacket& letter) { outlet_.send_on_stream(std::move(letter)); }
    void take(stack::ClientHandle& letter) { node_.send_failed(letter, now()); }

    Server& server_;
    server::Node node_;
    Outlet outlet_;
    std::deque<std::variant<HandedOver, StreamPacket, stack::ClientHandle>> letters_;
};

Server::Server(std::uint64_t seed, Network& network, const Clock& clock, Trace& trace, ServerOptions options)
    : random_(seed),
      network_(network),
      world_clock_(clock),
      clock_(clock),
      trace_(trace),
      options_(std::move(options)),
      disk_(random_.next()) {
    auto policy = options_.policy;
    policy.domains = {options_.domain};
    policy.realm = options_.domain;
    policy_ = std::make_shared<server::Settings>(std::move(policy));
    keys_.routes = hash_key(random_);
    random_.fill({reinterpret_cast<unsigned char*>(&keys_.nonces), sizeof keys_.nonces});
    trace_.name(options_.address.address, options_.domain);
    start();
}

Server::~Server() {
    network_.detach(*this);
}

void Server::add_user(const std::string& user, const std::string& password) {
    passwords_[user] = password;
    if (site_)
        site_->subscribers.set(user, options_.domain, sip::digest::Secret(user, options_.domain, password));
}

void Server::start() {
    ALMON_ASSERT(!is_up());
    keys_.tables = hash_key(random_);
    site_ = std::make_unique<server::Site>(keys_, options_.shards);
    for (const auto& [user, password] : passwords_) add_user(user, password);
    auto opened = store::open_sqlite_store("state", {.durability = options_.durability, .vfs = disk_.vfs()});
    ALMON_ASSERT(opened.has_value());
    store_ = std::move(*opened);
    stack::Settings settings{.shards = options_.shards, .transaction_limit = options_.transactions};
    for (const auto transport : {sip::Transport::udp, sip::Transport::tcp})
        settings.listeners.push_back({transport, options_.address, base::printed(options_.address)});
    for (std::uint16_t shard = 0; shard < options_.shards; ++shard) {
        settings.shard = shard;
        shards_.push_back(std::make_unique<Shard>(*this, shard, settings));
    }
    restore();
    network_.attach(options_.address, *this);
    settle();
}

// Before the first packet: so nobody is refused who is registered.
void Server::restore() {
    const auto restored = store_->for_each_location([this](std::string_view aor, std::string_view record) {
        auto& node = shards_[site_->location.owner(aor)]->node();
        ALMON_ASSERT(node.restore(aor, record, clock_.moment()).has_value());
    });
    ALMON_ASSERT(restored.has_value());
}

// A batch that is being written is then durable and unanswered, or torn, or not begun.
void Server::crash() {
    trace_.remark(world_clock_.now(), options_.domain + " crashes");
    const auto moment = random_.below(3);
    if (moment == 0) (void)write(writing_);
    if (moment == 1) {
        disk_.faults.sync_error = 1;
        (void)write(writing_);
    }
    disk_.cut_power();
    disk_.faults = {};
    packets_to_crash_.reset();
    waiting_.clear();
    writing_.clear();
    written_.reset();
    network_.detach(*this);
    shards_.clear();
    accepted_.clear();
    store_.reset();
    site_.reset();
    if (random_.chance(0.5)) clock_.power_on();  // otherwise the program alone has died
}

void Server::calendar_jumps(std::chrono::milliseconds by) {
    trace_.remark(world_clock_.now(),
                  "the calendar of " + options_.domain + " jumps by " + std::to_string(by.count()) + " ms");
    clock_.calendar_jumps(by);
}

std::set<std::string> Server::bindings(std::string_view user) const {
    std::set<std::string> contacts;
    if (!is_up()) return contacts;
    const base::Epochs::Turn turn(site_->epochs, site_->commander());
    const auto aor = "sip:" + std::string(user) + "@" + options_.domain;
    if (const auto* record = site_->location.find(aor))
        for (const auto& binding : record->bindings())
            if (binding.is_current(clock_.now())) contacts.emplace(binding.contact);
    return contacts;
}

Server::Load Server::load() const {
    Load load;
    for (const auto& shard : shards_) {
        const auto& node = shard->node();
        load.server_transactions += node.stack().server_transactions();
        load.client_transactions += node.stack().client_transactions();
        load.contexts += node.proxy().contexts();
        load.invites += node.stack().invites_in_progress();
        load.commits += node.registrar().pending();
    }
    return load;
}

const server::Node& Server::node(std::uint16_t shard) const {
    return shards_[shard]->node();
}

std::size_t Server::streams(std::uint16_t shard) const {
    return shards_[shard]->outlet().streams();
}

std::size_t Server::letters(std::uint16_t shard) const {
    return shards_[shard]->letters();
}

// --- Time.

std::optional<Instant> Server::deadline() const {
    auto earliest = written_;
    for (const auto& shard : shards_)
        if (const auto next = shard->node().deadline())
            earliest = std::min(earliest.value_or(Instant::max()), clock_.in_world(*next));
    return earliest;
}

void Server::advance() {
    if (!is_up()) return;
    if (written_ && *written_ <= world_clock_.now()) {
        written_.reset();
        write_batch();
    }
    for (auto& shard : shards_) shard->node().advance(clock_.moment());
    settle();
}

// --- The network: a datagram goes to the shard of its sender, a connection to any.

void Server::datagram(const Endpoint& from, const Endpoint& to, std::string_view octets) {
    const auto shard = (from.port ^ from.address.octets()[3]) % shards_.size();
    shards_[shard]->outlet().datagram(from, to, octets);
    settle();
}

void Server::opened(StreamEnd end, const Endpoint& local, const Endpoint& peer) {
    const auto shard = static_cast<std::uint16_t>(random_.below(shards_.size()));
    accepted_[end] = shard;
    shards_[shard]->outlet().opened(end, local, peer);
}

void Server::received(StreamEnd end, std::string_view octets) {
    shards_[accepted_.at(end)]->outlet().received(end, octets);
}

void Server::closed(StreamEnd end) {
    const auto found = accepted_.find(end);
    if (found == accepted_.end()) return;
    const auto shard = found->second;
    accepted_.erase(found);
    shards_[shard]->outlet().closed(end);
}

// --- What is left of a turn.

bool Server::may_send() {
    if (!packets_to_crash_) return true;
    if (*packets_to_crash_ == 0) return false;
    --*packets_to_crash_;
    return true;
}

void Server::settle() {
    work_off_turn();
    if (packets_to_crash_ && *packets_to_crash_ == 0) return crash();
    if (written_ || waiting_.empty()) return;
    std::swap(writing_, waiting_);
    written_ = world_clock_.now() + options_.commit_time;
}

void Server::work_off_turn() {
    const auto has_letters = [](const auto& shard) { return shard->has_letters(); };
    do {
        for (auto& shard : shards_) {
            while (shard->has_letters()) shard->read_letter();
            shard->outlet().flush();
        }
    } while (std::any_of(shards_.begin(), shards_.end(), has_letters));
    for (std::uint16_t shard = 0; shard < shards(); ++shard)
        for (auto& commit : std::exchange(shards_[shard]->node().commits(), {}))
            waiting_.push_back({shard, std::move(commit)});
}

// The batch is on the disk, or is not, and its shards are told.
void Server::write_batch() {
    const auto batch = std::exchange(writing_, {});
    const bool durable = write(batch);
    for (const auto& [shard, commit] : batch)
        if (commit.ticket != 0) shards_[shard]->node().committed(commit.ticket, durable, clock_.moment());
    if (store_->journal_length() > 64) (void)store_->fold(64);
}

bool Server::write(const std::vector<Waiting>& batch) {
    std::vector<store::Change> changes;
    bool must_be_synced = false;
    for (const auto& [shard, commit] : batch) {
        changes.push_back({commit.key, commit.record});
        must_be_synced = must_be_synced || commit.must_be_synced;
    }
    const bool is_committed = store_->commit(changes).has_value();
    if (is_committed && must_be_synced) (void)store_->sync();
    return is_committed;
}

}  // namespace almon::sim
