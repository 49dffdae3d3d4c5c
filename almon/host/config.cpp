#include "almon/host/config.hpp"

#include <toml++/toml.h>
#include <algorithm>
#include <array>
#include <tuple>

#include "almon/base/charset.hpp"
#include "almon/host/config_routes.hpp"
#include "almon/host/config_value.hpp"
#include "almon/host/files.hpp"
#include "almon/host/state.hpp"

namespace almon::host {
namespace {

using std::chrono::seconds;

void read_gathering(const Value& value, Config& config) {
    auto count = config.gathering.count();
    read_number(value, count, 0, 20, " (milliseconds)");
    config.gathering = std::chrono::milliseconds(count);
}

tl::unexpected<std::string> not_one_of(const std::string& text, const std::string& of) {
    return base::trouble("`" + text + "` is not one of " + of);
}

// --- Values of one key.

void read_listen(const Value& value, Config& config) {
    config.listen.clear();
    read_list(
        value, "places such as \"udp:127.0.0.1:5060\"", [&](const std::string& text) -> base::Outcome<void> {
            return parse_listen(text).map([&](const Listen& listen) { config.listen.push_back(listen); });
        });
    if (is_empty_list(value)) value.refuse("at least one place to listen at");
}

bool is_made_of(const base::CharSet& allowed, std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) { return allowed.has(c); });
}

bool is_host(std::string_view text) {
    return is_made_of(base::chars::alphanum | base::CharSet(".-:[]"), text);
}

void read_domains(const Value& value, Config& config) {
    read_list(value, "domains such as \"example.com\"", [&](const std::string& text) -> base::Outcome<void> {
        return parse_domain(text).map([&](std::string domain) { config.policy.domains.push_back(domain); });
    });
}

void read_state(const Value& value, Config& config) {
    const auto given = value.text();
    if (given.empty()) return value.refuse("the path of a folder");
    config.state = given;
}

void read_files(const Value& value, std::vector<std::string>& into) {
    read_list(value, "paths of PEM files", [&](const std::string& text) -> base::Outcome<void> {
        into.push_back(text);
        return {};
    });
}

void read_authorities(const Value& value, Config& config) {
    const auto* given = value.given.as<std::string>();
    if (given == nullptr)
        return value.refuse("the path of a PEM file, or \"\" for the authorities of the system");
    config.speech.authorities = *given;
}

void read_clients(const Value& value, Config& config) {
    using enum codec::PeerCheck;
    read_choice(value, config.speech.clients, {{"none", none}, {"request", request}, {"require", require}});
}

void read_origins(const Value& value, Config& config) {
    read_list(value, "origins such as \"https://phone.example.com\"",
              [&](const std::string& text) -> base::Outcome<void> {
                  if (text.find("://") == text.npos || text.ends_with('/'))
                      return base::trouble("`" + text + "` is no origin such as https://phone.example.com");
                  config.speech.origins.push_back(text);
                  return {};
              });
}

// It stands between quotes in each challenge.
bool is_realm(std::string_view text) {
    return is_made_of(~(base::CharSet::range(0, 31) | base::CharSet("\"\\\x7f")), text);
}

void read_realm(const Value& value, Config& config) {
    const auto given = value.text();
    if (!is_realm(given)) return value.refuse("a text without quotes, such as \"example.com\"");
    config.policy.realm = given;
}

void read_digest(const Value& value, Config& config) {
    auto& chosen = config.policy.digest;
    chosen.clear();
    const std::string names = "\"MD5\", \"SHA-256\", \"SHA-512-256\"";
    read_list(value, names, [&](const std::string& text) -> base::Outcome<void> {
        const auto algorithm = sip::digest::algorithm_named(text);
        if (!algorithm) return not_one_of(text, names);
        if (std::count(chosen.begin(), chosen.end(), *algorithm) > 0)
            return base::trouble("`" + text + "` stands here twice");
        chosen.push_back(*algorithm);
        return {};
    });
    if (is_empty_list(value)) value.refuse("at least one of " + names);
}

void read_trusted(const Value& value, Config& config) {
    read_list(value, "networks such as \"10.0.0.0/8\"", [&](const std::string& text) -> base::Outcome<void> {
        const auto network = base::Network::parse(text);
        if (!network) return base::trouble("`" + text + "` is no network; write one such as \"10.0.0.0/8\"");
        config.policy.trusted.push_back(*network);
        return {};
    });
}

void read_inbound(const Value& value, Config& config) {
    using enum server::Inbound;
    read_choice(value, config.policy.inbound,
                {{"authenticated", authenticated}, {"local-users", local_users}});
}

void read_durability(const Value& value, Config& config) {
    using enum store::Durability;
    read_choice(value, config.durability, {{"commit", commit}, {"relaxed", relaxed}, {"memory", memory}});
}

void read_level(const Value& value, Config& config) {
    using enum base::Level;
    read_choice(value, config.log_level,
                {{"error", error}, {"warning", warning}, {"info", info}, {"debug", debug}});
}

void read_recursion(const Value& value, Config& config) {
    using enum server::Recursion;
    read_choice(value, config.policy.recursion, {{"never", never}, {"own", own}, {"any", any}});
}

// --- All keys.

struct Key {
    std::string_view section, name;
    void (*read)(const Value& value, Config& config);
};

constexpr auto day = 86'400;
constexpr std::string_view route_section = "route";

constexpr std::array keys{
    Key{"server", "listen", read_listen},
    Key{"server", "domains", read_domains},
    Key{"server", "state", read_state},
    Key{"server", "shards", [](const Value& v, Config& c) { read_number(v, c.shards, 0, 256); }},
    Key{"server", "gathering", read_gathering},
    Key{"access", "digest", read_digest},
    Key{"access", "trusted", read_trusted},
    Key{"access", "inbound", read_inbound},
    Key{"access", "realm", read_realm},
    Key{"tls", "certificates", [](const Value& v, Config& c) { read_files(v, c.speech.certificates); }},
    Key{"tls", "keys", [](const Value& v, Config& c) { read_files(v, c.speech.keys); }},
    Key{"tls", "authorities", read_authorities},
    Key{"tls", "clients", read_clients},
    Key{"tls", "verify", [](const Value& v, Config& c) { read_flag(v, c.speech.verify_servers); }},
    Key{"websocket", "origins", read_origins},
    Key{"registrar", "min_expires",
        [](const Value& v, Config& c) { read_seconds(v, c.policy.min_expires, 1, 3'600); }},
    Key{"registrar", "default_expires",
        [](const Value& v, Config& c) { read_seconds(v, c.policy.default_expires, 1, 7 * day); }},
    Key{"registrar", "max_expires",
        [](const Value& v, Config& c) { read_seconds(v, c.policy.max_expires, 1, 7 * day); }},
    Key{"registrar", "contacts",
        [](const Value& v, Config& c) { read_number(v, c.policy.bindings_per_aor, 1, 1'000); }},
    Key{"proxy", "timer_c", [](const Value& v, Config& c) { read_seconds(v, c.policy.timer_c, 181, 3'600); }},
    Key{"proxy", "max_branches",
        [](const Value& v, Config& c) { read_number(v, c.policy.max_branches, 1, 1'000); }},
    Key{"proxy", "recursion", read_recursion},
    Key{"store", "durability", read_durability},
    Key{"log", "level", read_level},
    Key{"log", "json", [](const Value& v, Config& c) { read_flag(v, c.log_json); }},
    Key{"log", "private", [](const Value& v, Config& c) { read_flag(v, c.log_private); }},
    Key{"limits", "transactions",
        [](const Value& v, Config& c) { read_number(v, c.transactions, 100, 100'000'000); }},
    Key{"limits", "connections",
        [](const Value& v, Config& c) { read_number(v, c.connections, 10, 10'000'000); }},
    Key{"limits", "pending_commits",
        [](const Value& v, Config& c) { read_number(v, c.policy.pending_commits, 256, 100'000'000); }},
};

// --- Wrong keys.

std::string advice_for_section(std::string_view wrong) {
    std::vector<std::string_view> known;
    for (const auto& key : keys) known.push_back(key.section);
    known.push_back(route_section);
    return did_you_mean(wrong, known);
}

// The nearest key of this section, or the section in which there is such a key.
std::string advice_for_key(std::string_view wrong, std::string_view section) {
    std::vector<std::string_view> known;
    for (const auto& key : keys) {
        if (key.name == wrong) return "; it belongs in [" + std::string(key.section) + "]";
        if (key.section == section) known.push_back(key.name);
    }
    return did_you_mean(wrong, known);
}

bool is_section(std::string_view name) {
    return std::any_of(keys.begin(), keys.end(), [&](const Key& key) { return key.section == name; });
}

const Key* find_key(std::string_view section, std::string_view name) {
    const auto is_it = [&](const Key& key) { return key.section == section && key.name == name; };
    const auto* found = std::find_if(keys.begin(), keys.end(), is_it);
    return found == keys.end() ? nullptr : found;
}

// --- The file.

Place place_of(const toml::source_region& source) {
    return {source.begin.line, source.begin.column};
}

Given given_by(const toml::node& node) {
    Given given{.place = place_of(node.source()), .value = {}};
    if (const auto flag = node.value_exact<bool>()) given.value = *flag;
    if (const auto number = node.value_exact<std::int64_t>()) given.value = *number;
    if (const auto text = node.value_exact<std::string>()) given.value = *text;
    if (const auto* elements = node.as_array()) {
        auto& list = given.value.emplace<Given::List>();
        for (const auto& element : *elements) list.push_back(given_by(element));
    }
    return given;
}

void read_section(std::string_view section, const toml::table& table, Config& config,
                  Complaints& complaints) {
    for (const auto& [name, node] : table) {
        if (const auto* key = find_key(section, name.str()))
            key->read({name.str(), given_by(node), complaints}, config);
        else
            complaints.add(place_of(name.source()), "unknown key `" + std::string(name.str()) + "` in [" +
                                                        std::string(section) + "]" +
                                                        advice_for_key(name.str(), section));
    }
}

WrittenRule read_route(const toml::table& table, Complaints& complaints) {
    WrittenRule rule{.place = place_of(table.source())};
    for (const auto& [name, node] : table)
        read_route_key(std::string(name.str()), place_of(name.source()), given_by(node), rule, complaints);
    return rule;
}

// When all else is read: the rules are about our domains.
void read_routes(const toml::table& document, Config& config, Complaints& complaints) {
    const auto* tables = document[route_section].as_array();
    if (tables == nullptr) return;
    std::vector<WrittenRule> rules;
    for (const auto& node : *tables)
        if (const auto* table = node.as_table()) rules.push_back(read_route(*table, complaints));
    complete_routes(rules, config.policy.domains, config.listen, complaints);
    for (auto& written : rules) {
        config.policy.routes.push_back(std::move(written.rule));
        config.route_lines.push_back(written.place.line);
    }
}

// What is wrong with a name that stands outside of all sections.
std::string trouble_with(const std::string& name, const toml::node& node) {
    if (is_section(name)) return "expected a section [" + name + "]";
    if (name == route_section) return "expected tables [[route]], in double brackets";
    if (node.is_array_of_tables()) return "unknown section [[" + name + "]]" + advice_for_section(name);
    if (node.is_table()) return "unknown section [" + name + "]" + advice_for_section(name);
    return "key `" + name + "` stands in no section" + advice_for_key(name, "");
}

void read_document(const toml::table& document, Config& config, Complaints& complaints) {
    for (const auto& [key, node] : document) {
        const std::string name(key.str());
        if (const auto* table = node.as_table(); table && is_section(name))
            read_section(name, *table, config, complaints);
        else if (name != route_section || !node.is_array_of_tables())
            complaints.add(place_of(key.source()), trouble_with(name, node));
    }
}

// RFC 3261 §10.2.1.1: what a phone is granted that asks for nothing must itself be allowed.
void check_expires(const toml::table& document, const server::Settings& policy, Complaints& complaints) {
    if (policy.min_expires <= policy.default_expires && policy.default_expires <= policy.max_expires) return;
    const auto in_seconds = [](const char* name, seconds value) {
        return name + std::to_string(value.count()) + ")";
    };
    complaints.add(place_of(document["registrar"].node()->source()),
                   "expected " + in_seconds("min_expires (", policy.min_expires) +
                       in_seconds(" <= default_expires (", policy.default_expires) +
                       in_seconds(" <= max_expires (", policy.max_expires));
}

void check_keys(const toml::table& document, const SpeechConfig& speech, Complaints& complaints) {
    if (speech.certificates.size() == speech.keys.size()) return;
    complaints.add(place_of(document["tls"].node()->source()),
                   "expected as many `keys` as `certificates`: there are " +
                       std::to_string(speech.keys.size()) + " and " +
                       std::to_string(speech.certificates.size()));
}

void override_with(const Overrides& overrides, Config& config) {
    if (!overrides.listen.empty()) config.listen = overrides.listen;
    if (!overrides.domains.empty()) config.policy.domains = overrides.domains;
    if (!overrides.state.empty()) config.state = overrides.state;
    config.log_json |= overrides.log_json;
}

std::vector<ConfigError> errors_of(const std::string& file, Complaints complaints) {
    std::vector<ConfigError> errors;
    for (auto& [place, message] : std::move(complaints).take())
        errors.push_back({file, place.line, place.column, std::move(message)});
    return errors;
}

}  // namespace

Config default_config() {
    Config config;
    for (const auto* text : {"udp:127.0.0.1:5060", "tcp:127.0.0.1:5060"})
        config.listen.push_back(*parse_listen(text));
    return config;
}

std::string ConfigError::text() const {
    if (line == 0) return file + ": " + message;
    return file + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + message;
}

Configured<Config> parse_config(std::string_view text, const std::string& file, const Overrides& overrides) {
    Complaints complaints;
    auto config = default_config();
    try {
        const auto document = toml::parse(text);
        read_document(document, config, complaints);
        override_with(overrides, config);
        read_routes(document, config, complaints);
        if (complaints.empty()) check_expires(document, config.policy, complaints);
        if (complaints.empty()) check_keys(document, config.speech, complaints);
    } catch (const toml::parse_error& error) {  // toml++ throws; here its exception ends
        complaints.add(place_of(error.source()), std::string(error.description()));
    }
    if (!complaints.empty()) return tl::unexpected(errors_of(file, std::move(complaints)));
    return config;
}

Configured<Config> read_config(const std::string& path, const Overrides& overrides) {
    const auto text = read_file(path);
    if (!text) return tl::unexpected(std::vector{ConfigError{path, 0, 0, text.error()}});
    return parse_config(*text, path, overrides);
}

Configured<Config> configure(const std::string& path, const Overrides& overrides) {
    auto config = path.empty() ? parse_config("", "", overrides) : read_config(path, overrides);
    if (config && config->state.empty()) config->state = default_state_folder();
    return config;
}

base::Outcome<std::string> parse_domain(std::string_view text) {
    std::string domain(text);
    if (!is_host(text))
        return base::trouble("`" + domain + "` is no domain; write one such as \"example.com\"");
    std::transform(domain.begin(), domain.end(), domain.begin(), base::to_lower);
    return domain;
}

bool needs_restart(const Config& running, const Config& wanted) {
    const auto fixed = [](const Config& config) {
        return std::tie(config.listen, config.state, config.shards, config.durability, config.log_level,
                        config.log_json, config.log_private, config.gathering, config.transactions,
                        config.connections);
    };
    return fixed(running) != fixed(wanted);
}

std::vector<std::string> config_keys() {
    std::vector<std::string> names;
    for (const auto& key : keys) names.push_back(std::string(key.section) + "." + std::string(key.name));
    for (const auto name : route_key_names())
        names.push_back(std::string(route_section) + "." + std::string(name));
    return names;
}

}  // namespace almon::host
