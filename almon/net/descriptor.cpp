#include "almon/net/descriptor.hpp"

#include <fcntl.h>

#include "almon/net/loop.hpp"
#include "almon/net/uv_watch.hpp"

namespace almon::net {

struct Descriptor::Watch {
    Watch(Loop& its_loop, Readiness& its_owner) : loop(its_loop), owner(&its_owner) { handle.data = this; }

    static void ready(uv_poll_t* handle, int status, int events) {
        static_cast<Watch*>(handle->data)->tell(status, events);
    }
    void await(int what) {
        wanted |= what;
        if ((watched & what) != what) watch();
    }
    // libuv watches until it is told otherwise. Who waits again from inside readable(), as nearly all do,
    // costs no system call.
    void tell(int status, int events) {
        if (status < 0) {  // an error on the descriptor, and libuv has ceased to watch
            events = UV_READABLE | UV_WRITABLE;
            watched = 0;
        }
        if (is_due(UV_READABLE, events)) owner->readable();
        if (owner != nullptr && is_due(UV_WRITABLE, events)) owner->writable();
        if (owner != nullptr && wanted != watched) watch();
        loop.worked();
    }
    bool is_due(int what, int events) {
        const bool due = (wanted & what & events) != 0;
        if (due) wanted &= ~what;
        return due;
    }
    void watch() {
        watched = wanted;
        if (wanted != 0)
            uv_poll_start(&handle, wanted, ready);
        else
            uv_poll_stop(&handle);
    }

    uv_poll_t handle{};
    Loop& loop;
    Readiness* owner;  // null when the Descriptor is gone
    int wanted = 0;    // of UV_READABLE and UV_WRITABLE: what the owner waits for, …
    int watched = 0;   // … and what libuv has been told
    Fd fd;
};

void Descriptor::Close::operator()(Watch* watch) const {
    watch->owner = nullptr;
    CloseWatch()(watch);
    watch->fd = Fd();  // libuv must have let go of it before
}

Descriptor::Descriptor(Loop& loop, Fd fd, Readiness& owner) {
    auto watch = std::make_unique<Watch>(loop, owner);
    if (uv_poll_init(&loop.handles(), &watch->handle, fd.number()) != 0)
        return;  // which makes it non-blocking
    ::fcntl(fd.number(), F_SETFD, FD_CLOEXEC);
    watch->fd = std::move(fd);
    watch_.reset(watch.release());
}

Descriptor::~Descriptor() = default;

void Descriptor::await_readable() {
    watch_->await(UV_READABLE);
}

void Descriptor::await_writable() {
    watch_->await(UV_WRITABLE);
}

int Descriptor::number() const {
    return watch_ ? watch_->fd.number() : -1;
}

}  // namespace almon::net
