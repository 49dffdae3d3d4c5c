// The folder in which a server keeps what must outlive it, and the file names in it.
#pragma once

#include <string>

#include "almon/store/failure.hpp"

namespace almon::store {

// The database's path in this folder.
std::string database_path(const std::string& folder);

// Makes the folder (mode 0700, with its parents) and an empty database file (0600), whichever is not there
// yet. What is there keeps its modes.
[[nodiscard]] Stored<void> make_state_folder(const std::string& folder);

}  // namespace almon::store
