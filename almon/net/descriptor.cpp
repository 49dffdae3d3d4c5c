#include "almon/net/descriptor.hpp"

#include <fcntl.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "almon/net/loop.hpp"

namespace almon::net {

struct Descriptor::Watch : std::enable_shared_from_this<Watch> {
    Watch(Loop& loop, Readiness& its_owner) : owner(&its_owner), stream(loop.context()) {}

    template <class Tell>
    void wait(boost::asio::posix::descriptor_base::wait_type what, Tell tell) {
        stream.async_wait(what, [self = shared_from_this(), tell](const boost::system::error_code& error) {
            // A wait that was over before the descriptor was closed arrives without an error.
            if (!error && self->owner != nullptr) tell(*self->owner);
        });
    }

    Readiness* owner;  // null when the Descriptor is gone
    boost::asio::posix::stream_descriptor stream;
};

Descriptor::Descriptor(Loop& loop, Fd fd, Readiness& owner) {
    auto watch = std::make_shared<Watch>(loop, owner);
    boost::system::error_code error;
    watch->stream.assign(fd.number(), error);
    if (error) return;
    fd.release();
    watch->stream.native_non_blocking(true, error);
    ::fcntl(watch->stream.native_handle(), F_SETFD, FD_CLOEXEC);
    watch_ = std::move(watch);
}

Descriptor::~Descriptor() {
    if (!watch_) return;
    watch_->owner = nullptr;
    boost::system::error_code ignored;
    watch_->stream.close(ignored);
}

void Descriptor::await_readable() {
    watch_->wait(boost::asio::posix::descriptor_base::wait_read, [](Readiness& owner) { owner.readable(); });
}

void Descriptor::await_writable() {
    watch_->wait(boost::asio::posix::descriptor_base::wait_write, [](Readiness& owner) { owner.writable(); });
}

int Descriptor::number() const {
    return watch_ ? watch_->stream.native_handle() : -1;
}

}  // namespace almon::net
