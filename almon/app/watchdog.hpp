// Notices what does not end: the world of a simulated life may hang in one call, and then nobody else can.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>

#include "almon/base/time.hpp"

namespace almon::app {

class Watchdog {
 public:
    class Owner {
     public:
        virtual ~Owner() = default;
        // A life is under way for longer than the dog has patience. Told once, on a thread of the dog's.
        virtual void hear_of_endless(std::uint64_t seed) = 0;
    };
    // `owner` must outlive it.
    Watchdog(base::Duration patience, Owner& owner);

    void begins(std::uint64_t seed);
    void ends(std::uint64_t seed);

 private:
    void watch(const std::stop_token& stop);

    const base::Duration patience_;
    Owner& owner_;
    std::mutex lock_;
    std::condition_variable_any changed_;
    std::map<std::uint64_t, base::Instant> begun_;  // by seed
    std::jthread thread_;                           // last: it needs all of the above
};

}  // namespace almon::app
