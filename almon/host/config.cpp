#include "almon/host/config.hpp"

#include <toml++/toml.h>
#include <algorithm>
#include <array>
#include <tuple>

#include "almon/base/charset.hpp"
#include "almon/host/files.hpp"
#include "almon/host/nearest.hpp"
#include "almon/host/state.hpp"

namespace almon::host {
namespace {

using std::chrono::seconds;

class Complaints {
 public:
    explicit Complaints(const std::string& file) : file_(file) {}

    void add(const toml::source_region& where, std::string message) {
        errors_.push_back({file_, where.begin.line, where.begin.column, std::move(message)});
    }
    bool empty() const { return errors_.empty(); }
    // In the order of the lines: toml++ sorts keys by name.
    std::vector<ConfigError> take() && {
        std::sort(errors_.begin(), errors_.end(), [](const ConfigError& a, const ConfigError& b) {
            return std::tie(a.line, a.column, a.message) < std::tie(b.line, b.column, b.message);
        });
        return std::move(errors_);
    }

 private:
    const std::string& file_;
    std::vector<ConfigError> errors_;
};

// The value of one key, and the way to refuse it.
struct Value {
    std::string_view key;
    const toml::node& node;
    Complaints& complaints;

    void refuse(const std::string& expected) const { refuse_at(node, "expected " + expected); }
    void refuse_at(const toml::node& culprit, const std::string& why) const {
        complaints.add(culprit.source(), "`" + std::string(key) + "`: " + why);
    }
};

// --- Values of one kind.

template <class Number>
void read_number(const Value& value, Number& into, std::int64_t least, std::int64_t most,
                 const char* unit = "") {
    const auto given = value.node.value_exact<std::int64_t>();
    if (!given || *given < least || *given > most)
        return value.refuse("a whole number from " + std::to_string(least) + " to " + std::to_string(most) +
                            unit);
    into = static_cast<Number>(*given);
}

void read_seconds(const Value& value, seconds& into, std::int64_t least, std::int64_t most) {
    auto count = into.count();
    read_number(value, count, least, most, " (seconds)");
    into = seconds(count);
}

void read_gathering(const Value& value, Config& config) {
    auto count = config.gathering.count();
    read_number(value, count, 0, 20, " (milliseconds)");
    config.gathering = std::chrono::milliseconds(count);
}

void read_flag(const Value& value, bool& into) {
    const auto given = value.node.value_exact<bool>();
    if (!given) return value.refuse("true or false");
    into = *given;
}

template <class Choice>
using Names = std::initializer_list<std::pair<std::string_view, Choice>>;

template <class Choice>
void read_choice(const Value& value, Choice& into, Names<Choice> names) {
    const auto given = value.node.value_exact<std::string>();
    std::string expected;
    for (const auto& [name, choice] : names) {
        if (given == name) return void(into = choice);
        expected.append(expected.empty() ? "\"" : " or \"").append(name).append("\"");
    }
    value.refuse(expected);
}

// take(text) keeps one element, or says why it cannot: an Outcome<void>.
template <class Take>
void read_list(const Value& value, const std::string& of, Take take) {
    const auto* list = value.node.as_array();
    if (list == nullptr) return value.refuse("a list of " + of);
    for (const auto& element : *list) {
        const auto text = element.value_exact<std::string>();
        if (!text)
            value.refuse_at(element, "expected a list of " + of);
        else if (const base::Outcome<void> taken = take(*text); !taken)
            value.refuse_at(element, taken.error());
    }
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
    if (const auto* list = value.node.as_array(); list && list->empty())
        value.refuse("at least one place to listen at");
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
    const auto given = value.node.value_exact<std::string>();
    if (!given || given->empty()) return value.refuse("the path of a folder");
    config.state = *given;
}

void read_files(const Value& value, std::vector<std::string>& into) {
    read_list(value, "paths of PEM files", [&](const std::string& text) -> base::Outcome<void> {
        into.push_back(text);
        return {};
    });
}

void read_authorities(const Value& value, Config& config) {
    const auto given = value.node.value_exact<std::string>();
    if (!given) return value.refuse("the path of a PEM file, or \"\" for the authorities of the system");
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
    const auto given = value.node.value_exact<std::string>();
    if (!given || !is_realm(*given)) return value.refuse("a text without quotes, such as \"example.com\"");
    config.policy.realm = *given;
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
    if (const auto* list = value.node.as_array(); list && list->empty())
        value.refuse("at least one of " + names);
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

// --- All keys.

struct Key {
    std::string_view section, name;
    void (*read)(const Value& value, Config& config);
};

constexpr auto day = 86'400;

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

std::string did_you_mean(std::string_view wrong, std::span<const std::string_view> known) {
    const auto best = nearest(wrong, known);
    return best.empty() ? "" : "; did you mean `" + std::string(best) + "`?";
}

std::string advice_for_section(std::string_view wrong) {
    std::vector<std::string_view> known;
    for (const auto& key : keys) known.push_back(key.section);
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

void read_section(std::string_view section, const toml::table& table, Config& config,
                  Complaints& complaints) {
    for (const auto& [name, node] : table) {
        if (const auto* key = find_key(section, name.str()))
            key->read({name.str(), node, complaints}, config);
        else
            complaints.add(name.source(), "unknown key `" + std::string(name.str()) + "` in [" +
                                              std::string(section) + "]" +
                                              advice_for_key(name.str(), section));
    }
}

void read_document(const toml::table& document, Config& config, Complaints& complaints) {
    for (const auto& [name, node] : document) {
        const std::string section(name.str());
        const auto* table = node.as_table();
        if (is_section(section) && table != nullptr)
            read_section(section, *table, config, complaints);
        else if (is_section(section))
            complaints.add(name.source(), "expected a section [" + section + "]");
        else if (table != nullptr)
            complaints.add(name.source(), "unknown section [" + section + "]" + advice_for_section(section));
        else
            complaints.add(name.source(),
                           "key `" + section + "` stands in no section" + advice_for_key(section, ""));
    }
}

// RFC 3261 §10.2.1.1: what a phone is granted that asks for nothing must itself be allowed.
void check_expires(const toml::table& document, const server::Settings& policy, Complaints& complaints) {
    if (policy.min_expires <= policy.default_expires && policy.default_expires <= policy.max_expires) return;
    const auto in_seconds = [](const char* name, seconds value) {
        return name + std::to_string(value.count()) + ")";
    };
    complaints.add(document["registrar"].node()->source(),
                   "expected " + in_seconds("min_expires (", policy.min_expires) +
                       in_seconds(" <= default_expires (", policy.default_expires) +
                       in_seconds(" <= max_expires (", policy.max_expires));
}

void check_keys(const toml::table& document, const SpeechConfig& speech, Complaints& complaints) {
    if (speech.certificates.size() == speech.keys.size()) return;
    complaints.add(document["tls"].node()->source(), "expected as many `keys` as `certificates`: there are " +
                                                         std::to_string(speech.keys.size()) + " and " +
                                                         std::to_string(speech.certificates.size()));
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

Configured<Config> parse_config(std::string_view text, const std::string& file) {
    Complaints complaints(file);
    auto config = default_config();
    try {
        const auto document = toml::parse(text);
        read_document(document, config, complaints);
        if (complaints.empty()) check_expires(document, config.policy, complaints);
        if (complaints.empty()) check_keys(document, config.speech, complaints);
    } catch (const toml::parse_error& error) {  // toml++ throws; here its exception ends
        complaints.add(error.source(), std::string(error.description()));
    }
    if (!complaints.empty()) return tl::unexpected(std::move(complaints).take());
    return config;
}

Configured<Config> read_config(const std::string& path) {
    const auto text = read_file(path);
    if (!text) return tl::unexpected(std::vector{ConfigError{path, 0, 0, text.error()}});
    return parse_config(*text, path);
}

Configured<Config> configure(const std::string& path, const Overrides& overrides) {
    Configured<Config> config = default_config();
    if (!path.empty()) config = read_config(path);
    if (!config) return config;
    if (!overrides.listen.empty()) config->listen = overrides.listen;
    if (!overrides.domains.empty()) config->policy.domains = overrides.domains;
    if (!overrides.state.empty()) config->state = overrides.state;
    if (config->state.empty()) config->state = default_state_folder();
    config->log_json |= overrides.log_json;
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
    return names;
}

}  // namespace almon::host
