#include "almon/host/state.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

#include "almon/host/files.hpp"
#include "almon/net/entropy.hpp"
#include "almon/net/fd.hpp"
#include "almon/store/state_folder.hpp"

namespace almon::host {
namespace {

using KeyFile = std::array<std::byte, 32>;

std::uint64_t number_at(const KeyFile& octets, std::size_t at) {
    std::uint64_t number = 0;
    std::memcpy(&number, octets.data() + at, sizeof number);
    return number;
}

base::Outcome<KeyFile> read_key(const std::string& path) {
    const net::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return net::system_trouble("cannot open " + path);
    std::array<std::byte, sizeof(KeyFile) + 1> octets{};  // one more, to see that the file ends
    if (::read(file.number(), octets.data(), octets.size()) != static_cast<ssize_t>(sizeof(KeyFile)))
        return base::trouble(path +
                             " is damaged. Delete it: a new one is made, and calls that last now cannot be "
                             "ended through almon.");
    KeyFile key{};
    std::copy_n(octets.begin(), key.size(), key.begin());
    return key;
}

template <std::size_t size>
std::array<unsigned char, size> octets_of(const std::array<std::byte, size>& bytes) {
    std::array<unsigned char, size> octets{};
    std::memcpy(octets.data(), bytes.data(), size);
    return octets;
}

}  // namespace

std::string default_state_folder() {
    if (::geteuid() == 0) return "/var/lib/almon";
    if (const char* state = std::getenv("XDG_STATE_HOME"); state && *state)
        return std::string(state) + "/almon";
    const char* home = std::getenv("HOME");
    return std::string(home ? home : ".") + "/.local/state/almon";
}

std::string control_socket(const std::string& folder) {
    return folder + "/control";
}

base::Outcome<server::Keys> load_keys(const std::string& folder) {
    if (const auto made = store::make_state_folder(folder); !made)
        return base::trouble(made.error().sentence);
    const auto path = folder + "/key";
    if (!exists(path)) {
        const auto octets = net::os_seed();
        const std::string_view text(reinterpret_cast<const char*>(octets.data()), octets.size());
        if (const auto written = write_private_file(path, text); !written)
            return tl::unexpected(written.error());
    }
    const auto lasting = read_key(path);
    if (!lasting) return tl::unexpected(lasting.error());
    // Tables and nonces have no need to outlive the process.
    const auto fresh = net::os_seed();
    return server::Keys{.tables = {number_at(fresh, 0), number_at(fresh, 8)},
                        .routes = {number_at(*lasting, 0), number_at(*lasting, 8)},
                        .nonces = octets_of(net::os_seed())};
}

}  // namespace almon::host
