#include "almon/net/signals.hpp"

#include <csignal>

#include "almon/base/assert.hpp"
#include "almon/net/loop.hpp"
#include "almon/net/uv_watch.hpp"

namespace almon::net {

struct Signals::Watch {
    Watch(Loop& its_loop, SignalReader& its_reader, int number) : loop(its_loop), reader(its_reader) {
        handle.data = this;
        ALMON_ASSERT(uv_signal_init(&loop.handles(), &handle) == 0);
        ALMON_ASSERT(uv_signal_start(&handle, heard, number) == 0);
    }
    static void heard(uv_signal_t* handle, int number) {
        auto& [itself, loop, reader] = *static_cast<Watch*>(handle->data);
        reader.signalled(number == SIGHUP ? Signal::reload : Signal::stop);
        loop.worked();
    }

    uv_signal_t handle{};
    Loop& loop;
    SignalReader& reader;
};

void Signals::Close::operator()(Watch* watch) const {
    CloseWatch()(watch);
}

Signals::Signals(Loop& loop, SignalReader& reader) {
    constexpr std::array numbers = {SIGTERM, SIGINT, SIGHUP};
    for (std::size_t i = 0; i < numbers.size(); ++i) watches_[i].reset(new Watch(loop, reader, numbers[i]));
}

Signals::~Signals() = default;

}  // namespace almon::net
