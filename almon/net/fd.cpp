#include "almon/net/fd.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace almon::net {

Fd::~Fd() {
    if (number_ >= 0) ::close(number_);
}

std::size_t allow_all_descriptors() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    const auto before = std::exchange(limit.rlim_cur, limit.rlim_max);
    return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

tl::unexpected<std::string> system_trouble(const std::string& attempt) {
    return base::trouble("cannot " + attempt + ": " + std::generic_category().message(errno));
}

}  // namespace almon::net
