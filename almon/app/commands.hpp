// The commands of the almon program, each in a file of its own. They print for people, or JSON; they return
// the exit code: 0 done, 1 not done (the reason went to standard error).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace almon::app {

inline constexpr const char* version = "0.1.0";

struct ServeOptions {
    std::string config;
    std::vector<std::string> listen;   // "udp:127.0.0.1:5060"
    std::vector<std::string> domains;  // replace those of the configuration
    std::string state;
    bool json_log = false;
};
int serve(const ServeOptions& options);

struct UserOptions {
    std::string name;  // "alice@example.com"
    std::string password;
    std::string password_file;  // "-" reads standard input
    std::string state;
    bool json = false;
};
int add_user(const UserOptions& options);
int change_password(const UserOptions& options);
int remove_user(const UserOptions& options);
int list_users(const UserOptions& options);

int check(const std::string& config);
int parse(const std::vector<std::string>& files);

struct RouteOptions {
    std::string from, to;  // "alice@example.com", "sip:+49@example.com"
    std::string method = "INVITE";
    std::string config;
    bool json = false;
};
int explain_route(const RouteOptions& options);

struct ShowOptions {
    std::string state;
    std::string aor;
    bool json = false;
};
int status(const ShowOptions& options);
int bindings(const ShowOptions& options);

struct SimOptions {
    std::uint64_t seeds = 1'000, first_seed = 1;
    double minutes = 0;                 // instead of a number of seeds
    std::optional<std::uint64_t> seed;  // this one only, with all its messages
    bool all_messages = false;          // of a life that went wrong, not only those that matter
    bool json = false;
};
int simulate(const SimOptions& options);

struct LoadOptions {
    std::string kind;    // "register", "call" or "options"
    std::string target;  // "127.0.0.1:5060"
    std::string transport = "udp";
    std::string domain;  // default: the target's address
    std::optional<double> rate, seconds;
    std::optional<std::uint32_t> window, users;
    std::optional<std::uint64_t> count;
    std::string user_pattern = "user%d", password;
    std::uint32_t source_ports = 1, port = 0, expires = 3'600;
    std::uint32_t ring_ms = 0, hold_ms = 0, t1_ms = 500;
    bool random_order = false;
    bool json = false;
};
int load(const LoadOptions& options);

}  // namespace almon::app
