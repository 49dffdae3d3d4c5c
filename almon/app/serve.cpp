#include <cstdio>

#include "almon/app/commands.hpp"
#include "almon/app/remote.hpp"
#include "almon/host/server.hpp"

namespace almon::app {
namespace {

base::Outcome<host::Config> configuration(const ServeOptions& options) {
    auto config = host::default_config();
    if (!options.config.empty()) {
        auto read = host::read_config(options.config);
        if (!read) {
            std::string text;
            for (const auto& error : read.error()) text.append(text.empty() ? "" : "\n").append(error.text());
            return base::trouble(text);
        }
        config = std::move(*read);
    }
    if (!options.listen.empty()) config.listen.clear();
    for (const auto& text : options.listen) {
        const auto listen = host::parse_listen(text);
        if (!listen) return tl::unexpected(listen.error());
        config.listen.push_back(*listen);
    }
    if (!options.domains.empty()) config.policy.domains = options.domains;
    if (options.json_log) config.log_json = true;
    return config;
}

// What a person needs at the first start, in ten lines.
void greet(const host::Server& server, const std::vector<host::NewAccount>& accounts, bool is_configured) {
    std::printf("almon %s serves %s\n", version, server.domain().c_str());
    for (const auto& listener : server.listeners())
        std::printf("  %s %s\n", std::string(sip::uri_name(listener.transport)).c_str(),
                    listener.sent_by.c_str());
    if (!accounts.empty())
        std::printf("Two accounts were made. Put these into two phones, then call one from the other:\n");
    for (const auto& account : accounts)
        std::printf("  sip:%s  password %s\n", account.name.c_str(), account.password.c_str());
    if (!is_configured)
        std::printf(
            "Only this machine can reach it. For the network: almon serve --listen udp:ADDRESS:5060 --listen "
            "tcp:ADDRESS:5060\n");
    std::fflush(stdout);
}

}  // namespace

int serve(const ServeOptions& options) {
    auto config = configuration(options);
    if (!config) return complain(config.error());
    auto state = !options.state.empty() ? options.state : state_folder(config->state);
    const bool is_configured = !options.config.empty();
    const bool is_open = is_configured || !options.listen.empty();
    auto server = host::Server::open(std::move(*config), options.config, std::move(state));
    if (!server) return complain(server.error());
    std::vector<host::NewAccount> accounts;
    if (!is_configured) {
        auto made = (*server)->make_first_accounts();
        if (!made) return complain(made.error());
        accounts = std::move(*made);
    }
    greet(**server, accounts, is_open);
    (*server)->run();
    return 0;
}

}  // namespace almon::app
