#include "almon/net/entropy.hpp"

#include <unistd.h>

#include "almon/base/assert.hpp"

#ifndef __linux__
#include <sys/random.h>
#endif

namespace almon::net {

std::array<std::byte, 32> os_seed() {
    std::array<std::byte, 32> seed{};
    ALMON_ASSERT(::getentropy(seed.data(), seed.size()) == 0);
    return seed;
}

}  // namespace almon::net
