// A store in one SQLite file, almon.db in the state folder. While it is open no other process can open it.
#pragma once

#include <memory>
#include <string>

#include "almon/store/store.hpp"

namespace almon::store {

struct SqliteOptions {
    Durability durability = Durability::commit;
    // The SQLite VFS to use instead of the operating system's, such as a simulator's disk. It must then bring
    // its own folders.
    std::string vfs;
};

// Opens or creates the store in this folder: the folder with mode 0700, the file with 0600. What an earlier
// run left in the journal is folded first. Fails with Kind::busy when another process has the folder, and
// with a plain sentence when the folder cannot be written or a newer almon wrote the file.
[[nodiscard]] Stored<std::unique_ptr<Store>> open_sqlite_store(const std::string& folder,
                                                               const SqliteOptions& options = {});

// The same store without a file; gone with the object. For tests and trials.
[[nodiscard]] Stored<std::unique_ptr<Store>> open_store_in_memory();

}  // namespace almon::store
