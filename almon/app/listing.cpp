#include "almon/app/listing.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <cstdio>
#include <utility>
#include <vector>

namespace almon::app {
namespace {

using Row = std::array<std::string, 4>;

// Octets of phones may steer the terminal: what is no printable ASCII is shown as "?".
std::string plain(std::string text) {
    std::replace_if(text.begin(), text.end(), [](char c) { return c < ' ' || c == '\x7f'; }, '?');
    return text;
}

std::string text_of(const boost::json::object& object, const char* key) {
    const auto* const value = object.if_contains(key);
    if (value == nullptr) return "-";
    return plain(value->is_string() ? std::string(value->as_string()) : boost::json::serialize(*value));
}

std::string print_duration(std::uint64_t seconds) {
    std::string text;
    for (const auto& [unit, length] : {std::pair{" d ", 86'400U}, {" h ", 3'600U}, {" min ", 60U}}) {
        if (seconds >= length || !text.empty()) text += std::to_string(seconds / length) + unit;
        seconds %= length;
    }
    return text + std::to_string(seconds) + " s";
}

std::string print_decimal(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f", value);
    return text.data();
}

std::string print_line(std::string name, const std::string& value) {
    name.resize(std::max<std::size_t>(name.size() + 1, 24), ' ');
    return name + value + "\n";
}

}  // namespace

std::string print_bindings(const boost::json::array& rows) {
    if (rows.empty()) return "Nobody is registered.\n";
    std::vector<Row> table{{"ADDRESS", "CONTACT", "EXPIRES", "FROM"}};
    for (const auto& value : rows) {
        const auto& row = value.as_object();
        table.push_back({text_of(row, "aor"), text_of(row, "contact"), text_of(row, "expires") + " s",
                         text_of(row, "received_from")});
    }
    std::array<std::size_t, 4> widths{};
    for (const auto& row : table)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    std::string text;
    for (const auto& row : table) {
        for (std::size_t i = 0; i + 1 < row.size(); ++i)
            text.append(row[i]).append(widths[i] - row[i].size() + 2, ' ');
        text.append(row.back()).append("\n");
    }
    return text;
}

std::string print_status(const boost::json::object& figures) {
    const auto number = [&](const char* key) { return figures.at(key).to_number<double>(); };
    std::string text =
        print_line("running for", print_duration(figures.at("uptime_seconds").to_number<std::uint64_t>()));
    for (const auto& [name, key] : {std::pair{"calls being set up", "invites_in_progress"},
                                    {"bindings", "bindings"},
                                    {"accounts", "users"}})
        text += print_line(name, text_of(figures, key));
    text += print_line("transactions", text_of(figures, "server_transactions") + " in, " +
                                           text_of(figures, "client_transactions") + " out");
    text += print_line("TCP connections", text_of(figures, "connections"));
    text += print_line("messages a second", print_decimal(number("messages_per_second")));
    text += print_line("malformed messages", text_of(figures, "malformed"));
    text += print_line("memory", print_decimal(number("memory_octets") / 1'048'576) + " MiB");
    // What an operator should know of, if there is any.
    for (const auto& [name, key] : {std::pair{"datagrams dropped", "datagrams_dropped"},
                                    {"connections refused", "connections_refused"},
                                    {"waits for descriptors", "accept_pauses"},
                                    {"letters shed", "letters_shed"}})
        if (number(key) > 0) text += print_line(name, text_of(figures, key));
    return text;
}

}  // namespace almon::app
