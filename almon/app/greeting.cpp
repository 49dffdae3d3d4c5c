#include "almon/app/greeting.hpp"

#include <algorithm>

#include "almon/app/commands.hpp"

namespace almon::app {
namespace {

std::string print_listeners(std::span<const stack::Listener> listeners) {
    std::string text;
    for (const auto& listener : listeners)
        text.append("  ").append(sip::uri_name(listener.transport)).append(" " + listener.sent_by + "\n");
    return text;
}

std::string print_accounts(const Greeting& greeting) {
    if (greeting.new_accounts.empty()) {
        if (greeting.accounts > 0) return {};
        return "Nobody has an account in " + greeting.domain + " yet: almon user add alice@" +
               greeting.domain + "\n";
    }
    std::string text = "Two accounts were made. Put each into a phone, then call one from the other:\n";
    for (const auto& account : greeting.new_accounts)
        text += "  sip:" + account.name + "  password " + account.password + "\n";
    return text + "The passwords are shown only now; another one: almon user passwd " +
           greeting.new_accounts.front().name + "\n";
}

// On the loopback nobody else can reach us.
std::string print_way_out(const Greeting& greeting) {
    if (!std::ranges::all_of(greeting.listeners,
                             [](const auto& listener) { return listener.local.address.is_loopback(); }))
        return {};
    const auto address = greeting.network_address.empty() ? "ADDRESS" : greeting.network_address;
    return "Only this machine can reach it. For phones in your network, give it an address there:\n  almon "
           "serve "
           "--listen udp:" +
           address + ":5060 --listen tcp:" + address + ":5060\n  almon user add alice@" + address + "\n";
}

}  // namespace

std::string print_greeting(const Greeting& greeting) {
    return std::string("almon ") + version + " serves " + greeting.domain + "\n" +
           print_listeners(greeting.listeners) + print_accounts(greeting) + print_way_out(greeting);
}

}  // namespace almon::app
