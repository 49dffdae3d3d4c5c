// The real host: a server with its shards, its store, its control socket and its signals. Construct with
// open(), then run() until somebody stops it.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "almon/host/config.hpp"
#include "almon/host/control.hpp"
#include "almon/host/log_sink.hpp"
#include "almon/host/shard.hpp"
#include "almon/host/store_thread.hpp"
#include "almon/net/signals.hpp"
#include "almon/server/site.hpp"

namespace almon::host {

// An account that was made because there was none.
struct NewAccount {
    std::string name;      // "alice@127.0.0.1"
    std::string password;  // shown once, kept nowhere
};

class Server final : net::SignalReader, net::Sleeper {
 public:
    // Opens the state folder and the sockets, and restores the bindings before the first packet is read. The
    // file (empty: none) and the overrides are what the configuration was made of: SIGHUP makes it anew.
    [[nodiscard]] static base::Outcome<std::unique_ptr<Server>> open(Config config, std::string file,
                                                                     Overrides overrides);
    ~Server();

    // Two accounts with random passwords, when there is none at all.
    [[nodiscard]] base::Outcome<std::vector<NewAccount>> make_first_accounts();
    // Accounts in our domains.
    [[nodiscard]] base::Outcome<std::size_t> count_accounts();
    std::span<const stack::Listener> listeners() const { return listeners_; }
    std::string domain() const { return policy_->domains.front(); }

    // Serves until SIGTERM or SIGINT, then drains for at most 30 s.
    void run();
    // From any thread, as the signals do.
    void stop();
    void reload();

 private:
    Server(Config config, std::string file, Overrides overrides);

    base::Outcome<void> open_store();
    base::Outcome<void> make_shards();
    base::Outcome<void> listen(const Listen& wanted);
    base::Outcome<void> listen_at(sip::Transport transport, sip::Endpoint local);
    base::Outcome<void> learn_to_speak();
    base::Outcome<void> install_nodes();
    base::Outcome<void> restore_bindings();
    base::Outcome<void> listen_to_commands();
    server::SettingsSnapshot policy_of(const Config& config) const;
    base::Outcome<SpeechSnapshot> speech_of(const Config& config, const server::Settings& policy) const;
    void stop_shards();

    void signalled(net::Signal signal) override;
    void woken(base::Moment moment) override;
    void drain();
    void apply_configuration();
    bool is_idle();

    Config config_;
    std::string file_;
    Overrides overrides_;
    std::unique_ptr<base::LogSink> log_sink_;
    base::Log log_;
    base::Instant started_;
    std::unique_ptr<server::Site> site_;
    std::unique_ptr<store::Store> opened_store_;  // until the store thread has it
    std::vector<stack::Listener> listeners_;
    server::SettingsSnapshot policy_;
    std::vector<std::unique_ptr<Shard>> shards_;
    std::vector<Shard*> shard_list_;
    std::unique_ptr<StoreThread> store_;
    std::vector<std::thread> threads_;
    net::Loop loop_;  // of the commanding thread
    net::Alarm alarm_;
    std::unique_ptr<Control> control_;
    std::unique_ptr<net::Signals> signals_;
    std::optional<base::Instant> drain_until_;
};

}  // namespace almon::host
