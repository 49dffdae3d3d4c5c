// The almon program: subcommands and their options. What they do is in the files beside this one.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "almon/app/commands.hpp"
#include "almon/app/remote.hpp"

using namespace almon::app;

namespace {

constexpr auto state_help = "the state folder (default: $XDG_STATE_HOME/almon, for root /var/lib/almon)";

void add_serve(CLI::App& program, ServeOptions& options, int& exit_code) {
    auto* command = program.add_subcommand("serve", "run the server: registrar, location service and proxy");
    command->add_option("config", options.config, "a TOML file, see docs/configuration.md; none is needed");
    command->add_option("--listen", options.listen,
                        "an address to listen on, such as udp:192.0.2.1:5060; repeatable");
    command->add_option("--domain", options.domains,
                        "a domain to serve; repeatable (default: the address that phones dial)");
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

}  // namespace

int main(int argc, char** argv) {
    CLI::App program{
        "almon: phones register, find each other and talk (SIP, RFC 3261).\n"
        "A first try: almon serve. More on one command: almon COMMAND --help."};
    program.require_subcommand(1);
    program.set_help_all_flag("--help-all", "the help of all commands");
    int exit_code = 0;
    ServeOptions serve_options;
    UserOptions user_options;
    ShowOptions show_options;
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
    add_show(program, show_options, exit_code);
    program.add_subcommand("version", "print the version")->callback([] {
        std::printf("almon %s\n", version);
    });
    program.add_subcommand("help", "print this help")->callback([&] {
        std::fputs(program.help().c_str(), stdout);
    });

    // Exceptions are for what stops the start: no memory, no thread.
    try {
        CLI11_PARSE(program, argc, argv);
        return exit_code;
    } catch (const std::exception& error) {
        return complain(std::string("cannot go on: ") + error.what());
    }
}
