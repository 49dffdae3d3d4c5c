#include "almon/net/line_server.hpp"

#include <sys/socket.h>

#include <array>

#include "almon/net/local_address.hpp"

namespace almon::net {
namespace {

bool limit_time(const Fd& socket, std::chrono::seconds patience) {
    const timeval limit{patience.count(), 0};
    return ::setsockopt(socket.number(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0 &&
           ::setsockopt(socket.number(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) == 0;
}

bool send_all(const Fd& socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(socket.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

}  // namespace

namespace {

// Who leaves gives up the answer, and makes room for the next at once.
ConnectionLimits without_farewell(ConnectionLimits limits) {
    limits.farewell = {};
    return limits;
}

}  // namespace

base::Outcome<std::unique_ptr<LineServer>> LineServer::listen(Loop& loop, const std::string& path,
                                                              LineReader& reader,
                                                              const ConnectionLimits& limits) {
    auto server = std::make_unique<LineServer>(loop, reader, limits);
    auto listener = Listener::local(loop, path, server->connections_);
    if (!listener) return base::trouble(std::move(listener).error());
    server->listener_ = std::move(*listener);
    return server;
}

LineServer::LineServer(Loop& loop, LineReader& reader, const ConnectionLimits& limits)
    : reader_(reader), connections_(loop, *this, without_farewell(limits)) {}

void LineServer::answer(QuestionId id, std::string_view text) {
    connections_.write(id, text);
    connections_.close(id);
}

void LineServer::opened(ConnectionId id, const base::Endpoint&, const base::Endpoint&) {
    unfinished_.emplace(id.bits(), std::string());
}

void LineServer::received(ConnectionId id, std::string_view bytes) {
    const auto question = unfinished_.find(id.bits());
    if (question == unfinished_.end()) return;  // what follows the question means nothing
    auto& text = question->second;
    const auto end = bytes.find('\n');
    text += bytes.substr(0, end);
    const bool too_long = text.size() > base::limits::control_question_octets;
    if (end == bytes.npos && !too_long) return;
    const auto line = std::move(unfinished_.extract(question).mapped());
    if (too_long) return answer(id, "the question is too long\n");
    connections_.trust(id);
    reader_.asked(id, line);
}

void LineServer::closed(ConnectionId id, Ending) {
    unfinished_.erase(id.bits());
}

bool is_answered(const std::string& path) {
    return connect_locally(path).has_value();
}

base::Outcome<std::string> ask(const std::string& path, std::string_view line, std::chrono::seconds patience,
                               std::size_t answer_octets) {
    const auto socket = connect_locally(path);
    if (!socket) return base::trouble(socket.error());
    if (!limit_time(*socket, patience) || !send_all(*socket, std::string(line) + '\n'))
        return system_trouble("ask " + path);
    std::string answer;
    std::array<char, 65'536> piece{};
    for (;;) {
        const auto size = ::recv(socket->number(), piece.data(), piece.size(), 0);
        if (size < 0) return system_trouble("hear an answer from " + path);
        if (size == 0) return answer;
        answer.append(piece.data(), static_cast<std::size_t>(size));
        if (answer.size() > answer_octets) return base::trouble("the answer from " + path + " is too long");
    }
}

}  // namespace almon::net
