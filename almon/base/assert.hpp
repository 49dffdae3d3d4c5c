// A broken invariant is our bug. ALMON_ASSERT stays on in release builds: to stop is better than to corrupt.
#pragma once

namespace almon::base {

[[noreturn]] void broken_invariant(const char* expression, const char* file, int line);

}  // namespace almon::base

#define ALMON_ASSERT(x) \
    (static_cast<bool>(x) ? void(0) : ::almon::base::broken_invariant(#x, __FILE__, __LINE__))
