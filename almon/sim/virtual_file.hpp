// One file of a simulated disk: what a reader sees, and what would be left of it if the power failed now.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "almon/base/random.hpp"

namespace almon::sim {

class VirtualFile {
 public:
    static constexpr std::size_t sector_octets = 512;

    // What is there from `offset` on, at most `size` octets; valid until the next change.
    std::string_view read(std::size_t offset, std::size_t size) const;
    void write(std::size_t offset, std::string_view octets);
    void truncate(std::size_t size);
    std::size_t size() const { return seen_.size(); }

    // Everything up to here survives.
    void sync();
    // False until the first sync(): then not even the name survives.
    bool is_on_disk() const { return is_on_disk_; }

    // What a power cut leaves. Each sector of each change since the last sync is kept, lost, or cut off in
    // the middle, whatever became of the changes before it: disks reorder.
    VirtualFile after_power_cut(base::Random& random) const;

 private:
    struct Change {
        std::size_t offset;
        std::string octets;
        bool truncates = false;  // to `offset`
    };
    static void apply(const Change& change, std::string& to);
    static void apply_in_part(const Change& change, std::string& to, base::Random& random);

    std::string seen_;
    std::string synced_;
    std::vector<Change> pending_;
    bool is_on_disk_ = false;
};

}  // namespace almon::sim
