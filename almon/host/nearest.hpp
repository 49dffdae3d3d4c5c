// The word that somebody probably meant.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace almon::host {

// How many octets must be added, removed or changed to make one word of the other (Levenshtein's distance).
std::size_t edit_distance(std::string_view a, std::string_view b);

// The nearest of the known words; empty when more than half of it would have to change.
std::string_view nearest(std::string_view wrong, std::span<const std::string_view> known);

}  // namespace almon::host
