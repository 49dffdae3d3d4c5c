// Randomness of the operating system, to seed base::Random with.
#pragma once

#include <array>
#include <cstddef>

namespace almon::net {

// 32 octets that nobody can foresee. A system that has none to give stops the program.
std::array<std::byte, 32> os_seed();

}  // namespace almon::net
