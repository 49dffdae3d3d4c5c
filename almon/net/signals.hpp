// The signals that an operator sends, delivered on a loop instead of in the middle of something.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

namespace almon::net {

class Loop;

enum class Signal : std::uint8_t {
    stop,    // SIGTERM, SIGINT
    reload,  // SIGHUP
};

class SignalReader {
 public:
    virtual void signalled(Signal signal) = 0;

 protected:
    ~SignalReader() = default;
};

// While it lives, the signals above no longer end the program. One loop of a program has it.
class Signals {
 public:
    Signals(Loop& loop, SignalReader& reader);
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;
    ~Signals();

 private:
    struct Watch;
    struct Close {
        void operator()(Watch* watch) const;
    };
    std::array<std::unique_ptr<Watch, Close>, 3> watches_;
};

}  // namespace almon::net
