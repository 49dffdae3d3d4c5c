// The configuration: one TOML file, every key optional (docs/configuration.md). A mistake in it is told with
// file, line, column, what was expected and the nearest valid key; all mistakes at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "almon/base/limits.hpp"
#include "almon/base/log.hpp"
#include "almon/host/listen.hpp"
#include "almon/host/speech.hpp"
#include "almon/server/settings.hpp"
#include "almon/store/store.hpp"

namespace almon::host {

struct Config {
    std::vector<Listen> listen;
    std::string state;         // empty: the default state folder
    std::uint16_t shards = 0;  // 0: one a core
    server::Settings
        policy;  // domains, access, registrar, proxy, routes; domains empty: the addresses listened on
    std::vector<std::size_t> route_lines;  // where each of policy.routes begins
    store::Durability durability = store::Durability::commit;

    base::Level log_level = base::Level::info;
    bool log_json = false;
    bool log_private = false;  // hide what tells who calls whom

    SpeechConfig speech;
    std::chrono::milliseconds gathering = base::limits::gathering;
    std::size_t transactions = base::limits::transactions_per_shard;
    std::size_t connections = base::limits::connections_per_shard;
};

// What the command line says instead of the file.
struct Overrides {
    std::vector<Listen> listen;
    std::vector<std::string> domains;
    std::string state;
    bool log_json = false;
};

// Without a configuration: loopback only.
Config default_config();

struct ConfigError {
    std::string file;
    std::size_t line = 0, column = 0;  // from 1; 0: the file as a whole
    std::string message;

    // "almon.toml:3:1: unknown key `lisen` in [server]; did you mean `listen`?"
    std::string text() const;
};

template <class T>
using Configured = tl::expected<T, std::vector<ConfigError>>;

// `file` is the name in the errors, which come in the order of the lines. Only what is no TOML at all ends
// the reading at its first error.
[[nodiscard]] Configured<Config> parse_config(std::string_view text, const std::string& file,
                                              const Overrides& overrides = {});
[[nodiscard]] Configured<Config> read_config(const std::string& path, const Overrides& overrides = {});

// What a server runs with: the file, or the defaults when `path` is empty, with the overrides, and with a
// state folder in any case.
[[nodiscard]] Configured<Config> configure(const std::string& path, const Overrides& overrides);

// "Example.com" as "example.com".
[[nodiscard]] base::Outcome<std::string> parse_domain(std::string_view text);

// What changes only with the next start differs.
bool needs_restart(const Config& running, const Config& wanted);

// All keys, as "section.key": for the documentation's test.
std::vector<std::string> config_keys();

}  // namespace almon::host
