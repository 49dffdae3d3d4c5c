#include "almon/store/state_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace almon::store {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Failure> cannot_make(const std::string& what, const std::error_code& error) {
    return fail(Failure::Kind::other, "cannot make " + what + ": " + error.message());
}

Stored<void> make_folder(const std::string& folder) {
    // Without a slash at the end, or create_directories would not say that it made the last one.
    auto path = fs::path(folder).lexically_normal();
    if (!path.has_filename()) path = path.parent_path();
    std::error_code error;
    const bool made = fs::create_directories(path, error);
    if (made && !error) fs::permissions(path, fs::perms::owner_all, error);
    if (error) return cannot_make("the state folder " + folder, error);
    return {};
}

// SQLite would make the file readable to all; its companions inherit the mode. A file that exists is not
// opened: closing it again would drop the lock that this process may hold on it.
Stored<void> make_file(const std::string& path) {
    const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_CLOEXEC | O_WRONLY, S_IRUSR | S_IWUSR);
    if (file < 0 && errno != EEXIST) return cannot_make(path, {errno, std::generic_category()});
    if (file >= 0) ::close(file);
    return {};
}

}  // namespace

std::string database_path(const std::string& folder) {
    return folder + "/almon.db";
}

Stored<void> make_state_folder(const std::string& folder) {
    return make_folder(folder).and_then([&] { return make_file(database_path(folder)); });
}

}  // namespace almon::store
