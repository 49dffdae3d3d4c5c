#include "almon/host/nearest.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace almon::host {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);  // distances of the octets of `a` so far to each start of `b`
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (const char c : a) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const auto changed = diagonal + (c == b[j - 1] ? 0 : 1);
            diagonal = std::exchange(row[j], std::min({changed, row[j] + 1, row[j - 1] + 1}));
        }
    }
    return row.back();
}

std::string_view nearest(std::string_view wrong, std::span<const std::string_view> known) {
    std::string_view best;
    std::size_t least = wrong.size() / 2 + 1;
    for (const auto word : known) {
        const auto distance = edit_distance(wrong, word);
        if (distance >= least) continue;
        least = distance;
        best = word;
    }
    return best;
}

}  // namespace almon::host
