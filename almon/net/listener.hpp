// Accepts stream connections and hands them to their owner.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "almon/base/result.hpp"
#include "almon/net/alarm.hpp"
#include "almon/net/connections.hpp"
#include "almon/net/descriptor.hpp"
#include "almon/net/socket.hpp"

namespace almon::net {

struct ListenerCounters {
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;  // closed at once: the connections' limit was reached
    std::uint64_t pauses = 0;   // the process or the system had no file descriptor left
};

class Listener final : Readiness, Sleeper {
 public:
    [[nodiscard]] static base::Outcome<std::unique_ptr<Listener>> tcp(Loop& loop, const base::Endpoint& local,
                                                                      PortSharing sharing,
                                                                      Connections& connections);
    // A socket in the file system that only its owner may open (mode 0600). A file that a dead process left
    // there is replaced, one that answers is not. The file goes with the listener.
    [[nodiscard]] static base::Outcome<std::unique_ptr<Listener>> local(Loop& loop, const std::string& path,
                                                                        Connections& connections);
    Listener(Loop& loop, Fd socket, Connections& connections);
    ~Listener();

    // False when the loop could not take it.
    bool watches() const { return static_cast<bool>(socket_); }
    // Where it listens; nothing useful for a local one.
    const base::Endpoint& endpoint() const { return endpoint_; }
    const ListenerCounters& counters() const { return counters_; }

 private:
    enum class Accepted : std::uint8_t { one, none, no_resources };

    void readable() override;
    void woken(base::Moment moment) override;
    Accepted accept_one();

    Loop& loop_;
    Connections& connections_;
    base::Endpoint endpoint_;
    std::string path_;  // of a local one
    ListenerCounters counters_;
    Alarm pause_;
    Descriptor socket_;
};

}  // namespace almon::net
