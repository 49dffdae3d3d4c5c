#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "almon/app/commands.hpp"
#include "almon/app/remote.hpp"

namespace almon::app {
namespace {

void print_line(const char* name, const boost::json::value& value) {
    if (value.is_double())
        std::printf("%-24s %.1f\n", name, value.as_double());
    else
        std::printf("%-24s %s\n", name, boost::json::serialize(value).c_str());
}

}  // namespace

int status(const ShowOptions& options) {
    const auto state = state_folder(options.state);
    const auto answer = ask_server(state, "status");
    if (!answer) return complain(answer.error());
    if (!*answer)
        return complain("no server is running with the state folder " + state + ". Start one: almon serve");
    auto& figures = **answer;
    if (options.json) {
        std::printf("%s\n", boost::json::serialize(figures).c_str());
        return 0;
    }
    print_line("uptime (s)", figures["uptime_seconds"]);
    print_line("INVITEs in progress", figures["invites_in_progress"]);
    print_line("server transactions", figures["server_transactions"]);
    print_line("client transactions", figures["client_transactions"]);
    print_line("bindings", figures["bindings"]);
    print_line("accounts", figures["users"]);
    print_line("messages a second", figures["messages_per_second"]);
    print_line("malformed messages", figures["malformed"]);
    print_line("memory (octets)", figures["memory_octets"]);
    return 0;
}

}  // namespace almon::app
