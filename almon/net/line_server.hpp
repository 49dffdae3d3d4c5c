// Questions and answers over a socket in the file system: one line asks, the answer is all that comes back.
// What the questions mean is the host's business.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "almon/base/result.hpp"
#include "almon/net/connections.hpp"
#include "almon/net/listener.hpp"

namespace almon::net {

using QuestionId = ConnectionId;

class LineReader {
 public:
    // A line without its end. LineServer::answer() is due once, now or later.
    virtual void asked(QuestionId id, std::string_view line) = 0;

 protected:
    ~LineReader() = default;
};

// A question comes at once, from a program; the answer may take a while.
inline constexpr ConnectionLimits control_limits{.connections = base::limits::control_connections,
                                                 .unsent_octets = base::limits::control_answer_octets,
                                                 .idle = std::chrono::seconds(60)};

class LineServer final : ConnectionReader {
 public:
    [[nodiscard]] static base::Outcome<std::unique_ptr<LineServer>> listen(
        Loop& loop, const std::string& path, LineReader& reader,
        const ConnectionLimits& limits = control_limits);
    LineServer(Loop& loop, LineReader& reader, const ConnectionLimits& limits);

    // Sends the answer and ends the connection. Whoever asked may have gone; then nothing happens. An answer
    // beyond the limit is not sent: the connection just ends.
    void answer(QuestionId id, std::string_view text);

 private:
    void opened(ConnectionId id, const base::Endpoint& peer, const base::Endpoint& local) override;
    void received(ConnectionId id, std::string_view bytes) override;
    void closed(ConnectionId id, Ending why) override;

    LineReader& reader_;
    Connections connections_;
    std::unique_ptr<Listener> listener_;
    std::unordered_map<std::uint64_t, std::string> unfinished_;  // questions whose line has not ended
};

// True when a process listens there; a file may be left of one that died.
bool is_answered(const std::string& path);
// Asks one question and waits for the whole answer, of at most so many octets: for a command, never on a
// loop. The error is a sentence.
[[nodiscard]] base::Outcome<std::string> ask(const std::string& path, std::string_view line,
                                             std::chrono::seconds patience,
                                             std::size_t answer_octets = base::limits::control_answer_octets);

}  // namespace almon::net
