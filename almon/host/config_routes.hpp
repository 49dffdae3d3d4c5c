// The [[route]] tables of the configuration: what a rule's values may be, and whether the rules fit together.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "almon/host/config_value.hpp"
#include "almon/host/listen.hpp"
#include "almon/server/route_table.hpp"

namespace almon::host {

// A rule as it was read, and where its values stand.
struct WrittenRule {
    server::RouteRule rule;
    Place place, domain, status, ring;
    std::vector<Place> to;
    bool is_readable = true;  // each of its values
};

// Takes one key of a rule; complains of one that there is not.
void read_route_key(const std::string& key, Place place, const Given& given, WrittenRule& rule,
                    Complaints& complaints);
std::vector<std::string_view> route_key_names();

// Gives each rule the status that its role has by default, and says what is wrong with its values together
// and with all rules together. `domains`: ours; empty: those that we listen at.
void complete_routes(std::span<WrittenRule> rules, std::span<const std::string> domains,
                     std::span<const Listen> listen, Complaints& complaints);

}  // namespace almon::host
