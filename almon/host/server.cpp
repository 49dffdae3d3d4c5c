#include "almon/host/server.hpp"

#include <algorithm>

#include "almon/host/listing.hpp"
#include "almon/host/orders.hpp"
#include "almon/host/state.hpp"
#include "almon/net/clock.hpp"
#include "almon/net/entropy.hpp"
#include "almon/net/socket.hpp"
#include "almon/store/sqlite_store.hpp"

namespace almon::host {
namespace {

using namespace std::chrono_literals;

constexpr auto drain_limit = 30s;
constexpr auto drain_look = 50ms;
constexpr std::size_t password_characters = 12;

std::uint16_t shards_of(const Config& config) {
    if (config.shards > 0) return config.shards;
    return static_cast<std::uint16_t>(std::max(1U, std::thread::hardware_concurrency()));
}

std::string joined(const std::vector<ConfigError>& errors) {
    std::string text;
    for (const auto& error : errors) text.append(text.empty() ? "" : "; ").append(error.text());
    return text;
}

bool has(const std::vector<std::string>& texts, const std::string& wanted) {
    return std::find(texts.begin(), texts.end(), wanted) != texts.end();
}

}  // namespace

base::Outcome<std::unique_ptr<Server>> Server::open(Config config, std::string file, Overrides overrides) {
    std::unique_ptr<Server> server(new Server(std::move(config), std::move(file), std::move(overrides)));
    const auto keys = load_keys(server->config_.state);
    if (!keys) return tl::unexpected(keys.error());
    server->site_ = std::make_unique<server::Site>(*keys, shards_of(server->config_));
    for (const auto step : {&Server::open_store, &Server::make_shards, &Server::learn_to_speak,
                            &Server::install_nodes, &Server::restore_bindings, &Server::listen_to_commands})
        if (const auto done = (server.get()->*step)(); !done) return tl::unexpected(done.error());
    return server;
}

Server::Server(Config config, std::string file, Overrides overrides)
    : config_(std::move(config)),
      file_(std::move(file)),
      overrides_(std::move(overrides)),
      log_sink_(make_log_sink(config_.log_json ? LogFormat::json : LogFormat::text,
                              config_.log_private ? Privacy::hidden : Privacy::shown)),
      log_(*log_sink_, config_.log_level),
      started_(net::read_clocks().now),
      alarm_(loop_, *this) {}

Server::~Server() {
    stop_shards();
}

// --- Opening, step by step.

base::Outcome<void> Server::open_store() {
    auto opened = store::open_sqlite_store(config_.state, {.durability = config_.durability, .vfs = {}});
    if (!opened) return base::trouble(opened.error().sentence);
    opened_store_ = std::move(*opened);
    const auto listed = opened_store_->for_each_subscriber([this](const store::Subscriber& one) {
        site_->subscribers.set(one.user, one.domain, secret_of(one));
    });
    if (!listed) return base::trouble(listed.error().sentence);
    return {};
}

base::Outcome<void> Server::make_shards() {
    for (std::uint16_t shard = 0; shard < site_->shards; ++shard) {
        shards_.push_back(std::make_unique<Shard>(ShardOptions{
            .shard = shard,
            .shards = site_->shards,
            .connections = config_.connections,
            .gathering = config_.gathering,
            .key = site_->keys.tables,
        }));
        shard_list_.push_back(shards_.back().get());
    }
    for (const auto& wanted : config_.listen)
        if (const auto listening = listen(wanted); !listening) return listening;
    policy_ = policy_of(config_);
    return {};
}

// "All addresses" becomes a socket for each: so every packet leaves from the address that it says it comes
// from.
base::Outcome<void> Server::listen(const Listen& wanted) {
    const auto endpoints = endpoints_of(wanted);
    if (!endpoints) return tl::unexpected(endpoints.error());
    for (const auto& endpoint : *endpoints)
        if (const auto listening = listen_at(wanted.transport, endpoint); !listening) return listening;
    return {};
}

base::Outcome<void> Server::listen_at(sip::Transport transport, sip::Endpoint local) {
    // Shards share a port in a way in which another server of the same user could share it too, and take part
    // of our packets: so first see that nobody has it.
    const auto type = transport == sip::Transport::udp ? net::SocketType::datagram : net::SocketType::stream;
    if (const auto free = net::bind_socket(type, local, net::PortSharing::exclusive); !free)
        return base::trouble(free.error());
    for (auto* shard : shard_list_) {
        const auto bound = shard->listen(transport, local);
        if (!bound) return tl::unexpected(bound.error());
        local = *bound;  // port 0: the other shards share the one that the first got
    }
    listeners_.push_back({transport, local, base::printed(local)});
    return {};
}

base::Outcome<void> Server::learn_to_speak() {
    const auto speech = speech_of(config_, *policy_);
    if (!speech) return tl::unexpected(speech.error());
    for (auto* shard : shard_list_) shard->speak(*speech);
    return {};
}

base::Outcome<void> Server::install_nodes() {
    const auto durability = config_.durability == store::Durability::memory ? server::Durability::memory
                                                                            : server::Durability::commit;
    store_ = std::make_unique<StoreThread>(std::move(opened_store_), log_);
    for (std::uint16_t shard = 0; shard < site_->shards; ++shard) {
        stack::Settings settings{.listeners = listeners_, .shard = shard, .shards = site_->shards};
        settings.transaction_limit = config_.transactions;
        const auto seed = net::os_seed();
        shards_[shard]->install(std::make_unique<server::Node>(*site_, std::move(settings), policy_,
                                                               durability, seed, started_, log_),
                                shard_list_, store_.get());
    }
    return {};
}

// Before the first packet is read, so that nobody is refused who is registered.
base::Outcome<void> Server::restore_bindings() {
    const auto moment = net::read_clocks();
    std::size_t unreadable = 0;
    const auto restored = store_->with_store([&](store::Store& store) {
        return store.for_each_location([&](std::string_view aor, std::string_view record) {
            auto& node = shards_[site_->location.owner(aor)]->node();
            unreadable += !node.restore(aor, record, moment).has_value();
        });
    });
    if (!restored) return base::trouble(restored.error().sentence);
    if (unreadable > 0)
        log_.write(base::Level::error, "stored bindings that cannot be read were left out",
                   {{"count", std::to_string(unreadable)}});
    return {};
}

// A server that no command can reach serves all the same. Whoever sees the control socket may signal us, so
// signals come first; they wait for run().
base::Outcome<void> Server::listen_to_commands() {
    signals_ = std::make_unique<net::Signals>(loop_, static_cast<net::SignalReader&>(*this));
    auto control = Control::listen(loop_, control_socket(config_.state), *site_, shard_list_, *store_);
    if (control)
        control_ = std::move(*control);
    else
        log_.write(base::Level::error, "commands cannot reach this server", {{"reason", control.error()}});
    return {};
}

// What calls itself ours: the configured domains, or else the addresses that phones dial.
server::SettingsSnapshot Server::policy_of(const Config& config) const {
    auto policy = std::make_shared<server::Settings>(config.policy);
    if (policy->domains.empty()) policy->domains = domains_of(listeners_);
    return policy;
}

base::Outcome<SpeechSnapshot> Server::speech_of(const Config& config, const server::Settings& policy) const {
    return Speech::make(config.speech, config_.state, policy.domains, listeners_, net::read_clocks().wall);
}

base::Outcome<std::size_t> Server::count_accounts() {
    std::size_t count = 0;
    const auto listed = store_->with_store([&](store::Store& store) {
        return store.for_each_subscriber(
            [&](const store::Subscriber& one) { count += has(policy_->domains, one.domain) ? 1 : 0; });
    });
    if (!listed) return base::trouble(listed.error().sentence);
    return count;
}

base::Outcome<std::vector<NewAccount>> Server::make_first_accounts() {
    std::vector<NewAccount> made;
    if (site_->subscribers.size() > 0) return made;
    base::Random random(net::os_seed());
    for (const char* user : {"alice", "bob"}) {
        const auto password = random.token(password_characters);
        const sip::digest::Secret secret(user, domain(), password);
        const auto stored = store_->with_store(
            [&](store::Store& store) { return store.add(subscriber_of(user, domain(), secret)); });
        if (!stored) return base::trouble(stored.error().sentence);
        site_->subscribers.set(user, domain(), secret);
        made.push_back({std::string(user) + "@" + domain(), password});
    }
    return made;
}

// --- Running.

void Server::run() {
    for (auto* shard : shard_list_) threads_.emplace_back([shard] { shard->run(); });
    log_.write(base::Level::info, "serving",
               {{"domain", domain()}, {"shards", std::to_string(site_->shards)}, {"state", config_.state}});
    loop_.run();
    control_.reset();
    stop_shards();
    store_.reset();
    log_.write(base::Level::info, "stopped");
}

void Server::signalled(net::Signal signal) {
    if (signal == net::Signal::reload) return apply_configuration();
    drain();
}

void Server::stop() {
    loop_.post([this] { drain(); });
}

void Server::reload() {
    loop_.post([this] { apply_configuration(); });
}

void Server::drain() {
    if (drain_until_) return loop_.stop();  // asked twice: at once
    log_.write(base::Level::info, "stopping: what is under way is finished first", {{"limit", "30 s"}});
    drain_until_ = loop_.moment().now + drain_limit;
    ask_all(shard_list_, [](Shard& shard) { return shard.node().drain(), true; });
    woken(loop_.moment());
}

// While draining: is it over?
void Server::woken(base::Moment moment) {
    if (!drain_until_) return;
    if (moment.now >= *drain_until_ || is_idle()) return loop_.stop();
    alarm_.wake_at(moment.now + drain_look);
}

bool Server::is_idle() {
    const auto idle = ask_all(shard_list_, [](Shard& shard) { return shard.node().is_idle(); });
    return std::find(idle.begin(), idle.end(), false) == idle.end();
}

// The new configuration is checked whole, then swapped, or refused and the old one kept.
void Server::apply_configuration() {
    if (file_.empty())
        return log_.write(base::Level::warning, "nothing to reload: started without a configuration file");
    const auto config = configure(file_, overrides_);
    if (!config)
        return log_.write(base::Level::error, "the new configuration is refused, the old one stays",
                          {{"reason", joined(config.error())}});
    if (needs_restart(config_, *config))
        log_.write(base::Level::warning, "part of the new configuration waits for the next start",
                   {{"reason", "listen, state, shards, durability, log or limits differ"}});
    const auto policy = policy_of(*config);
    const auto speech = speech_of(*config, *policy);
    if (!speech)
        return log_.write(base::Level::error, "the new configuration is refused, the old one stays",
                          {{"reason", speech.error()}});
    policy_ = policy;
    ask_all(shard_list_, [policy, speech = *speech](Shard& shard) {
        shard.speak(speech);
        shard.node().apply(policy);
        return true;
    });
    log_.write(base::Level::info, "configuration reloaded", {{"file", file_}});
}

void Server::stop_shards() {
    for (auto* shard : shard_list_) shard->stop();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
}

}  // namespace almon::host
