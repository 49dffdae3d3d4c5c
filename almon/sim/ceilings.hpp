// What a server keeps in memory, against what it may: each table has its ceiling in base/limits.hpp, or in
// the settings that stand in for it, and when all is over each but those that last is empty. Looked at after
// every step of a world, so that a table which grows without end is found long before it hurts.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "almon/sim/server.hpp"

namespace almon::sim {

struct Table {
    std::string_view name;
    std::size_t count;
    std::size_t most;
    std::string_view ceiling;  // what `most` follows from
    bool lasts = false;        // it may hold something when all is over
};

// Of all shards, then of what they share; none while the server is down.
std::vector<Table> tables_of(const Server& server);
// The first table that is beyond its ceiling, as a sentence.
std::optional<std::string> beyond_ceiling(std::string_view domain, std::span<const Table> tables);

class Ceilings {
 public:
    // Each table, against its ceiling.
    void look_at(const Server& server);
    // A sentence for the first table that went beyond its ceiling; what follows tells nothing new.
    const std::vector<std::string>& broken() const { return broken_; }

 private:
    std::vector<Table> tables_;  // its memory is used again
    std::vector<std::string> broken_;
};

// One sentence for each table that is not empty; for when all is over, and no stream is left.
std::vector<std::string> left_in(std::string_view domain, std::span<const Table> tables);

}  // namespace almon::sim
