#include "almon/net/signals.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>

#include "almon/net/loop.hpp"

namespace almon::net {

struct Signals::Watch : std::enable_shared_from_this<Watch> {
    Watch(Loop& loop, SignalReader& its_reader)
        : reader(&its_reader), signals(loop.context(), SIGTERM, SIGINT, SIGHUP) {}

    void wait() {
        signals.async_wait([self = shared_from_this()](const boost::system::error_code& error, int number) {
            if (error || self->reader == nullptr) return;
            self->wait();
            self->reader->signalled(number == SIGHUP ? Signal::reload : Signal::stop);
        });
    }

    SignalReader* reader;  // null when Signals is gone
    boost::asio::signal_set signals;
};

Signals::Signals(Loop& loop, SignalReader& reader) : watch_(std::make_shared<Watch>(loop, reader)) {
    watch_->wait();
}

Signals::~Signals() {
    watch_->reader = nullptr;
    boost::system::error_code ignored;
    watch_->signals.clear(ignored);
    watch_->signals.cancel(ignored);
}

}  // namespace almon::net
