#ifndef __linux__
#include "almon/net/calendar_watch.hpp"

namespace almon::net {

Fd open_calendar_timer() {
    return {};
}

}  // namespace almon::net
#endif
