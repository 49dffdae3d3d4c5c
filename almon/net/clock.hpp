// The clocks of the operating system. Only a host reads them; pure code is told what time it is.
#pragma once

#include "almon/base/time.hpp"

namespace almon::net {

// Both clocks, read now: the one that only runs forward (nanoseconds), and the calendar's (milliseconds).
base::Moment read_clocks();

}  // namespace almon::net
