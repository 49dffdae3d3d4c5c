// The almon program: subcommands and their options. What they do is in the files beside this one.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <optional>

#include "almon/app/commands.hpp"
#include "almon/app/remote.hpp"
#include "almon/host/nearest.hpp"

using namespace almon::app;

namespace {

constexpr auto state_help = "the state folder (default: $XDG_STATE_HOME/almon, for root /var/lib/almon)";

void add_serve(CLI::App& program, ServeOptions& options, int& exit_code) {
    auto* command = program.add_subcommand("serve", "run the server: registrar, location service and proxy");
    command->add_option("config", options.config, "a TOML file, see docs/configuration.md; none is needed");
    command
        ->add_option("--listen", options.listen,
                     "an address to listen on, such as udp:192.0.2.1:5060; repeatable")
        ->allow_extra_args(false);
    command
        ->add_option("--domain", options.domains,
                     "a domain to serve; repeatable (default: the address that phones dial)")
        ->allow_extra_args(false);
    command->add_option("--state", options.state, state_help);
    command->add_flag("--json-log", options.json_log, "log one JSON object a line");
    command->callback([&] { exit_code = serve(options); });
}

void add_user_commands(CLI::App& program, UserOptions& options, int& exit_code) {
    auto* user = program.add_subcommand("user", "accounts: add, remove, list, passwd");
    user->require_subcommand(1);
    const auto add = [&](const char* verb, const char* what, int (*run)(const UserOptions&), bool named,
                         bool secret) {
        auto* command = user->add_subcommand(verb, what);
        if (named) command->add_option("name", options.name, "alice@example.com")->required();
        if (secret) {
            command->add_option("--password", options.password,
                                "the password (others may see it in the process list)");
            command->add_option("--password-file", options.password_file,
                                "read the password from a file; - is standard input");
        }
        if (!named) command->add_flag("--json", options.json, "as JSON");
        command->add_option("--state", options.state, state_help);
        command->callback([&exit_code, &options, run] { exit_code = run(options); });
    };
    add("add", "add an account; without a password one is made and printed", add_user, true, true);
    add("passwd", "give an account another password", change_password, true, true);
    add("remove", "remove an account", remove_user, true, false);
    add("list", "list the accounts", list_users, false, false);
}

void add_route(CLI::App& program, RouteOptions& options, int& exit_code) {
    auto* route = program.add_subcommand("route", "routing rules: explain what becomes of a request");
    route->require_subcommand(1);
    auto* command = route->add_subcommand(
        "explain", "what would become of a request, and why: a dry run by the configuration alone");
    command->add_option("from", options.from, "who calls: alice@example.com")->required();
    command->add_option("to", options.to, "who is called: +4930@example.com")->required();
    command->add_option("--method", options.method, "the method")->capture_default_str();
    command->add_option("--config", options.config, "the TOML file (default: that of no file at all)");
    command->add_flag("--json", options.json, "as JSON");
    command->callback([&] { exit_code = explain_route(options); });
}

void add_show(CLI::App& program, ShowOptions& options, int& exit_code) {
    auto* status_command = program.add_subcommand("status", "how the running server is doing");
    auto* bindings_command = program.add_subcommand("bindings", "who is registered, and where");
    bindings_command->add_option("aor", options.aor, "only this one, such as alice@example.com");
    for (auto* command : {status_command, bindings_command}) {
        command->add_flag("--json", options.json, "as JSON");
        command->add_option("--state", options.state, state_help);
    }
    status_command->callback([&] { exit_code = status(options); });
    bindings_command->callback([&] { exit_code = bindings(options); });
}

void add_sim(CLI::App& program, SimOptions& options, int& exit_code) {
    auto* command = program.add_subcommand(
        "sim",
        "live many simulated lives of servers and phones on a bad network; the first that breaks a rule "
        "is shown, with the command that replays it");
    command->add_option("--seeds", options.seeds, "how many lives")->capture_default_str();
    command->add_option("--first-seed", options.first_seed, "where to begin")->capture_default_str();
    command->add_option("--minutes", options.minutes, "as many lives as fit into this time");
    command->add_option("--seed", options.seed, "live this one again, and show all its messages");
    command->add_flag("--all-messages", options.all_messages,
                      "of a failure show the whole life, not only the call or the registrations");
    command->add_flag("--json", options.json, "as JSON");
    command->callback([&] { exit_code = simulate(options); });
}

void add_load(CLI::App& program, LoadOptions& options, int& exit_code) {
    auto* command = program.add_subcommand(
        "load", "send traffic to a SIP server and measure how it fares (see docs/load.md)");
    command->add_option("kind", options.kind, "register, call or options")->required();
    command->add_option("target", options.target, "the server's numeric address, such as 127.0.0.1:5060")
        ->required();
    command->add_option("--rate", options.rate, "so many a second, whatever comes back (default: 10)");
    command->add_option("--window", options.window, "instead: always so many at once");
    command->add_option("--count", options.count, "how many in all (default: until Ctrl-C)");
    command->add_option("--seconds", options.seconds, "for how long");
    command->add_option("--users", options.users,
                        "how many users take turns (default: 100; for options: none, the server is asked)");
    command->add_option("--user-pattern", options.user_pattern, "their names, from 1; u%07d pads with zeros")
        ->capture_default_str();
    command->add_option("--password", options.password, "everybody's password, for servers that ask");
    command->add_flag("--random-order", options.random_order, "users take turns by chance");
    command->add_option("--source-ports", options.source_ports, "from so many ports")->capture_default_str();
    command->add_option("--port", options.port,
                        "the first of them, the callees' behind the last (default: any that are free)");
    command->add_option("--domain", options.domain, "the users' domain (default: the target's address)");
    command->add_option("--transport", options.transport, "udp or tcp")->capture_default_str();
    command->add_option("--expires", options.expires, "how long registrations last, in seconds")
        ->capture_default_str();
    command->add_option("--ring", options.ring_ms, "callees ring so many milliseconds")
        ->capture_default_str();
    command->add_option("--hold", options.hold_ms, "calls last so many milliseconds")->capture_default_str();
    command
        ->add_option("--t1", options.t1_ms,
                     "milliseconds before something is sent again over UDP; 64 times that is a time-out")
        ->capture_default_str();
    command->add_flag("--json", options.json, "the report as JSON");
    command->callback([&] { exit_code = load(options); });
}

// Not CLI11's own help(), which from inside `almon help` would explain that command.
std::string help_of(const CLI::App& program) {
    return program.get_formatter()->make_help(&program, "almon", CLI::AppFormatMode::Normal);
}

// Null when the word is a command.
std::optional<std::string> trouble_with_command(const CLI::App& program, std::string_view word) {
    const auto commands = program.get_subcommands([](const CLI::App*) { return true; });
    std::vector<std::string> names;
    for (const auto* command : commands) names.push_back(command->get_name());
    if (std::ranges::find(names, word) != names.end()) return {};
    const std::vector<std::string_view> known(names.begin(), names.end());
    const auto nearest = almon::host::nearest(word, known);
    return "there is no command `" + std::string(word) + "`" +
           (nearest.empty() ? "." : "; did you mean `" + std::string(nearest) + "`?") +
           " All commands: almon help";
}

int run(CLI::App& program, int argc, char** argv, const int& exit_code) {
    if (argc < 2) {
        std::fputs(help_of(program).c_str(), stderr);
        return 1;
    }
    if (*argv[1] != '-')
        if (const auto trouble = trouble_with_command(program, argv[1])) return complain(*trouble);
    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return program.exit(error) == 0 ? 0 : 1;
    } catch (const std::exception& error) {  // for what stops the start: no memory, no thread
        return complain(std::string("cannot go on: ") + error.what());
    }
    return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App program{
        "almon: phones register, find each other and talk (SIP, RFC 3261).\n"
        "A first try: almon serve. More on one command: almon COMMAND --help."};
    program.require_subcommand(1);
    program.set_version_flag("--version", std::string("almon ") + version);
    program.set_help_all_flag("--help-all", "the help of all commands");
    int exit_code = 0;
    ServeOptions serve_options;
    UserOptions user_options;
    RouteOptions route_options;
    ShowOptions show_options;
    SimOptions sim_options;
    LoadOptions load_options;
    std::string config;
    std::vector<std::string> files;

    add_serve(program, serve_options, exit_code);
    add_user_commands(program, user_options, exit_code);
    auto* check_command = program.add_subcommand("check", "check a configuration without starting anything");
    check_command->add_option("config", config, "the TOML file")->required();
    check_command->callback([&] { exit_code = check(config); });
    auto* parse_command =
        program.add_subcommand("parse", "show what almon understands of SIP messages, as JSON");
    parse_command->add_option("files", files, "files with a message each; - or none: standard input");
    parse_command->callback([&] { exit_code = parse(files); });
    add_route(program, route_options, exit_code);
    add_show(program, show_options, exit_code);
    add_sim(program, sim_options, exit_code);
    add_load(program, load_options, exit_code);
    program.add_subcommand("version", "print the version")->callback([] {
        std::printf("almon %s\n", version);
    });
    program.add_subcommand("help", "print this help")->callback([&] {
        std::fputs(help_of(program).c_str(), stdout);
    });

    return run(program, argc, argv, exit_code);
}
