// The disk of one simulated host, as a virtual file system of SQLite: the real database code runs on it, and
// the power can fail between any two writes. It can also fill up, and refuse to read, write or sync.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "almon/base/random.hpp"

namespace almon::sim {

class DiskLife;

class VirtualDisk {
 public:
    explicit VirtualDisk(std::uint64_t seed);
    ~VirtualDisk();
    VirtualDisk(const VirtualDisk&) = delete;
    VirtualDisk& operator=(const VirtualDisk&) = delete;

    // The name for store::SqliteOptions::vfs, until the power fails. Folders need not be made: a path is a
    // name.
    const std::string& vfs() const;

    // What goes wrong from now on. Chances are for each call.
    struct Faults {
        std::size_t capacity_octets = std::numeric_limits<std::size_t>::max();
        double read_error = 0, write_error = 0, sync_error = 0;
    };
    Faults faults;

    // What was not synced is lost, in part or whole, and vfs() has another name. Whoever still has files open
    // goes on with the old ones, which nobody else sees.
    void cut_power();

    std::size_t used_octets() const;
    struct Counters {
        std::uint64_t writes = 0, syncs = 0, failures = 0;
    };
    const Counters& counters() const { return counters_; }

 private:
    friend class DiskLife;
    bool strikes(double chance);

    base::Random random_;
    Counters counters_;
    std::vector<std::unique_ptr<DiskLife>> lives_;  // the last one is now
};

}  // namespace almon::sim
