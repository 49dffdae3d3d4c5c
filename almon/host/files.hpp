// Small files: configuration, certificates, keys.
#pragma once

#include <string>
#include <string_view>

#include "almon/base/result.hpp"

namespace almon::host {

// Whole; the error says what the system says, without the path.
[[nodiscard]] base::Outcome<std::string> read_file(const std::string& path);
bool exists(const std::string& path);
// Only its owner may read it (0600). Written beside, synced and renamed: there is the whole file, or what was
// there before.
[[nodiscard]] base::Outcome<void> write_private_file(const std::string& path, std::string_view octets);
// 0700, in a folder that is there; one that exists keeps its mode.
[[nodiscard]] base::Outcome<void> make_private_folder(const std::string& path);

}  // namespace almon::host
