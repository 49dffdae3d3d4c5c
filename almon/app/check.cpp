#include <cstdio>

#include "almon/app/commands.hpp"
#include "almon/host/config.hpp"

namespace almon::app {

int check(const std::string& config) {
    const auto read = host::read_config(config);
    if (read) {
        std::printf("%s: all right; almon serve %s uses it\n", config.c_str(), config.c_str());
        return 0;
    }
    for (const auto& error : read.error()) std::fprintf(stderr, "%s\n", error.text().c_str());
    return 1;
}

}  // namespace almon::app
