#include "almon/base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace almon::base {

void broken_invariant(const char* expression, const char* file, int line) {
    std::fprintf(stderr, "almon: broken invariant `%s` at %s:%d. This is a bug in almon; please report it.\n",
                 expression, file, line);
    std::abort();
}

}  // namespace almon::base
