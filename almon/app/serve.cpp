#include <cstdio>

#include "almon/app/commands.hpp"
#include "almon/app/greeting.hpp"
#include "almon/app/remote.hpp"
#include "almon/host/server.hpp"
#include "almon/net/fd.hpp"
#include "almon/net/interfaces.hpp"

namespace almon::app {
namespace {

base::Outcome<host::Overrides> read_overrides(const ServeOptions& options) {
    host::Overrides overrides{.state = options.state, .log_json = options.json_log};
    for (const auto& text : options.listen) {
        const auto listen = host::parse_listen(text);
        if (!listen) return base::trouble("--listen: " + listen.error());
        overrides.listen.push_back(*listen);
    }
    for (const auto& text : options.domains) {
        auto domain = host::parse_domain(text);
        if (!domain) return base::trouble("--domain: " + domain.error());
        overrides.domains.push_back(std::move(*domain));
    }
    return overrides;
}

base::Outcome<host::Config> read_configuration(const ServeOptions& options,
                                               const host::Overrides& overrides) {
    auto config = host::configure(options.config, overrides);
    if (config) return std::move(*config);
    std::string text;
    for (const auto& error : config.error()) text.append(text.empty() ? "" : "\n").append(error.text());
    return base::trouble(text);
}

// The address of this machine that others can dial.
std::string network_address() {
    if (const auto interfaces = net::local_interfaces())
        for (const auto& [name, address] : *interfaces)
            if (!address.is_loopback() && address.family() == base::IpAddress::Family::v4)
                return base::printed(address);
    return {};
}

base::Outcome<std::unique_ptr<host::Server>> open_server(const ServeOptions& options) {
    auto overrides = read_overrides(options);
    if (!overrides) return tl::unexpected(overrides.error());
    auto config = read_configuration(options, *overrides);
    if (!config) return tl::unexpected(config.error());
    return host::Server::open(std::move(*config), options.config, std::move(*overrides));
}

base::Outcome<void> greet(host::Server& server, bool is_configured) {
    std::vector<host::NewAccount> made;
    if (!is_configured) {
        auto accounts = server.make_first_accounts();
        if (!accounts) return tl::unexpected(accounts.error());
        made = std::move(*accounts);
    }
    const auto count = server.count_accounts();
    if (!count) return tl::unexpected(count.error());
    const auto text = print_greeting({server.domain(), server.listeners(), made, *count, network_address()});
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
    return {};
}

}  // namespace

int serve(const ServeOptions& options) {
    net::allow_all_descriptors();
    auto server = open_server(options);
    if (!server) return complain(server.error());
    if (const auto greeted = greet(**server, !options.config.empty()); !greeted)
        return complain(greeted.error());
    (*server)->run();
    return 0;
}

}  // namespace almon::app
