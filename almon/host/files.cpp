#include "almon/host/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "almon/net/fd.hpp"

namespace almon::host {
namespace {

struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

bool write_all(int fd, std::string_view octets) {
    while (!octets.empty()) {
        const auto count = ::write(fd, octets.data(), octets.size());
        if (count < 0) return false;
        octets.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

}  // namespace

base::Outcome<std::string> read_file(const std::string& path) {
    const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rb"));
    const auto cannot_read = [] {
        return base::trouble("the file cannot be read: " + std::generic_category().message(errno));
    };
    if (!file) return cannot_read();
    std::string text;
    std::array<char, 4096> chunk;
    while (const auto size = std::fread(chunk.data(), 1, chunk.size(), file.get()))
        text.append(chunk.data(), size);
    if (std::ferror(file.get()) != 0) return cannot_read();
    return text;
}

bool exists(const std::string& path) {
    return ::access(path.c_str(), F_OK) == 0;
}

base::Outcome<void> write_private_file(const std::string& path, std::string_view octets) {
    const auto draft = path + ".new";
    {
        const net::Fd file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        if (!file || !write_all(file.number(), octets) || ::fsync(file.number()) != 0)
            return net::system_trouble("cannot write " + draft);
    }
    if (::rename(draft.c_str(), path.c_str()) != 0) return net::system_trouble("cannot write " + path);
    return {};
}

base::Outcome<void> make_private_folder(const std::string& path) {
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        return net::system_trouble("cannot make " + path);
    return {};
}

}  // namespace almon::host
