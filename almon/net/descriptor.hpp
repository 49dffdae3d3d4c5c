// A file descriptor that a loop watches. All other files of this folder make plain system calls on it; this
// one alone knows how the loop waits.
#pragma once

#include <memory>

#include "almon/net/fd.hpp"

namespace almon::net {

class Loop;

class Readiness {
 public:
    virtual void readable() {}
    virtual void writable() {}

 protected:
    ~Readiness() = default;
};

class Descriptor {
 public:
    Descriptor() = default;
    // Takes the descriptor over, makes it non-blocking. False as a bool when the loop cannot watch it; then
    // it is closed. `owner` must live as long as this object.
    Descriptor(Loop& loop, Fd fd, Readiness& owner);
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor();

    // Calls the owner once, in a later turn, when there is something to read (or an error, or the end), or
    // room to write. It is told of what may have happened: the system call may still say EAGAIN. The owner
    // may destroy this object, and itself, from inside.
    void await_readable();
    void await_writable();

    int number() const;
    explicit operator bool() const { return watch_ != nullptr; }

 private:
    struct Watch;
    struct Close {
        void operator()(Watch* watch) const;
    };
    std::unique_ptr<Watch, Close> watch_;
};

}  // namespace almon::net
