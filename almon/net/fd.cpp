#include "almon/net/fd.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace almon::net {

Fd::~Fd() {
    if (number_ >= 0) ::close(number_);
}

tl::unexpected<std::string> system_trouble(const std::string& attempt) {
    return base::trouble("cannot " + attempt + ": " + std::generic_category().message(errno));
}

}  // namespace almon::net
