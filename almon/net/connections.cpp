#include "almon/net/connections.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "almon/net/descriptor.hpp"
#include "almon/net/socket.hpp"
#include "almon/net/socket_address.hpp"

namespace almon::net {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t read_octets = 65'536;

// What is late is found at most so much later: looking at all connections has its price.
constexpr auto sweep_spacing = 100ms;

// Buffers that are kept for the next to write. Larger ones, and more of them, go back.
constexpr std::size_t spare_octets = 65'536;
constexpr std::size_t spares = 64;

}  // namespace

const char* describe(Ending why) {
    switch (why) {
        case Ending::closed_by_peer: return "closed by the peer";
        case Ending::broken: return "broken";
        case Ending::not_opened: return "refused or unreachable";
        case Ending::opening_late: return "no answer in time";
        case Ending::idle: return "idle for too long";
        case Ending::never_trusted: return "nothing of use came in time";
        case Ending::reader_slow: return "the peer reads too slowly";
    }
    return "";
}

class Connection final : public Readiness {
 public:
    enum class Stage : std::uint8_t { opening, accepted, open };

    Connection(Connections& its_owner, Fd fd, const base::Endpoint& its_peer)
        : owner(its_owner), peer(its_peer), socket(its_owner.loop_, std::move(fd), *this) {}
    void readable() override { owner.readable(*this); }
    void writable() override { owner.writable(*this); }

    Connections& owner;
    ConnectionId id;
    base::Endpoint peer;
    Descriptor socket;
    Stage stage = Stage::accepted;
    bool on_probation = false;   // due once for all
    bool closing = false;        // nothing more is reported
    bool reported = false;       // closed() was called: for the reader its id is gone
    bool peer_finished = false;  // it sends no more
    bool may_be_owed = false;    // it sent something, and nothing was written since
    bool awaits_room = false;    // the kernel takes no more now
    bool has_visit = false;      // stands in visits_
    std::optional<Ending> doomed;
    base::Instant due{};  // when it is late, for whatever it waits
    std::string_view unsent() const { return std::string_view(queue).substr(sent); }
    std::string queue;
    std::size_t sent = 0;  // so much of the queue's front
};

Connections::Connections(Loop& loop, ConnectionReader& reader, ConnectionLimits limits)
    : loop_(loop),
      reader_(reader),
      limits_(limits),
      sweep_(loop, *this),
      arriving_(std::make_unique_for_overwrite<char[]>(read_octets)) {}

Connections::~Connections() {
    loop_.forget(*this);
}

// What the host calls.

base::Outcome<ConnectionId> Connections::open(const base::Endpoint& to, std::optional<base::IpAddress> from) {
    if (size() >= limits_.connections)
        return base::trouble("cannot open another connection: " + std::to_string(size()) + " are open");
    auto socket = begin_to_connect(to, from);
    if (!socket) return base::trouble(std::move(socket).error());
    auto* const connection = add(std::move(*socket), to, limits_.opening);
    if (connection == nullptr) return base::trouble("cannot watch another connection");
    connection->stage = Connection::Stage::opening;
    connection->socket.await_writable();
    return connection->id;
}

bool Connections::adopt(Fd socket, const base::Endpoint& peer) {
    if (size() >= limits_.connections) return false;
    send_at_once(socket);
    auto* const connection = add(std::move(socket), peer, std::min(limits_.idle, limits_.probation));
    if (connection == nullptr) return false;
    connection->on_probation = limits_.probation < limits_.idle;
    visit_at_turn_end(*connection);
    return true;
}

void Connections::trust(ConnectionId id) {
    auto* const connection = usable(id);
    if (connection == nullptr || !std::exchange(connection->on_probation, false)) return;
    touch(*connection);
}

bool Connections::write(ConnectionId id, std::string_view bytes) {
    auto* const connection = usable(id);
    if (connection == nullptr) return false;
    const auto fits = [&] { return bytes.size() <= limits_.unsent_octets - connection->unsent().size(); };
    if (!fits()) send_unsent(*connection);
    visit_at_turn_end(*connection);
    if (!fits()) connection->doomed = Ending::reader_slow;
    if (connection->doomed) return false;
    if (connection->queue.empty() && !spare_buffers_.empty()) {
        connection->queue = std::move(spare_buffers_.back());
        spare_buffers_.pop_back();
    }
    connection->queue += bytes;
    connection->may_be_owed = false;
    return true;
}

void Connections::close(ConnectionId id) {
    auto* const connection = connections_.get(id);
    if (connection == nullptr || connection->closing) return;
    connection->closing = true;
    expire_by(*connection, limits_.closing);
    visit_at_turn_end(*connection);
}

void Connections::abort(ConnectionId id) {
    const auto* const connection = connections_.get(id);
    if (connection != nullptr && !connection->reported) remove(id);
}

// What the loop calls.

void Connections::readable(Connection& connection) {
    const auto count = ::recv(connection.socket.number(), arriving_.get(), read_octets, 0);
    if (count == 0) return peer_finished(connection);
    if (count < 0 && errno != EAGAIN && errno != EINTR) return end(connection.id, Ending::broken);
    connection.socket.await_readable();  // now: the reader may end the connection
    if (count < 0 || connection.closing) return;
    touch(connection);
    connection.may_be_owed = true;
    if (static_cast<std::size_t>(count) == read_octets) loop_.hurry();
    reader_.received(connection.id, {arriving_.get(), static_cast<std::size_t>(count)});
}

void Connections::writable(Connection& connection) {
    if (connection.stage == Connection::Stage::opening) return established(connection);
    connection.awaits_room = false;
    attend(connection.id);
}

void Connections::turn_ended() {
    for (std::size_t i = 0; i < visits_.size(); ++i) attend(visits_[i]);  // the reader may add to them
    visits_.clear();
}

void Connections::woken(base::Moment moment) {
    std::vector<ConnectionId> late;
    next_sweep_.reset();
    connections_.for_each([&](ConnectionId id, const Connection& connection) {
        if (connection.due <= moment.now) {
            late.push_back(id);
        } else if (!next_sweep_ || connection.due < *next_sweep_) {
            next_sweep_ = connection.due;
        }
    });
    if (next_sweep_) next_sweep_ = std::max(*next_sweep_, moment.now + sweep_spacing);
    sweep_.wake_at(next_sweep_);
    for (const auto id : late) expire(id);
}

// The life of a connection.

Connection* Connections::usable(ConnectionId id) {
    auto* const connection = connections_.get(id);
    return connection != nullptr && !connection->closing && !connection->doomed ? connection : nullptr;
}

Connection* Connections::add(Fd socket, const base::Endpoint& peer, base::Duration patience) {
    const auto id = connections_.emplace(*this, std::move(socket), peer);
    auto& connection = *connections_.get(id);
    if (!connection.socket) {
        connections_.erase(id);
        return nullptr;
    }
    connection.id = id;
    expire_by(connection, patience);
    return &connection;
}

void Connections::established(Connection& connection) {
    if (connect_error(connection.socket.number()) != 0) return end(connection.id, Ending::not_opened);
    connection.stage = Connection::Stage::open;
    connection.socket.await_readable();
    visit_at_turn_end(connection);  // bytes, or a farewell, may wait
    if (connection.closing) return;
    expire_by(connection, limits_.idle);
    reader_.opened(connection.id, connection.peer, local_endpoint(connection.socket.number()));
}

void Connections::announce(Connection& connection) {
    connection.stage = Connection::Stage::open;
    connection.socket.await_readable();
    reader_.opened(connection.id, connection.peer, local_endpoint(connection.socket.number()));
}

// What is left to do at the end of a turn, or when there is room again.
void Connections::attend(ConnectionId id) {
    auto* const connection = connections_.get(id);
    if (connection == nullptr) return;
    connection->has_visit = false;
    if (connection->stage == Connection::Stage::accepted) return announce(*connection);
    send_unsent(*connection);
    if (connection->doomed) return end(id, *connection->doomed);
    if (connection->closing && connection->queue.empty()) say_goodbye(*connection);
}

void Connections::send_unsent(Connection& connection) {
    if (connection.stage == Connection::Stage::opening || connection.awaits_room) return;
    if (connection.queue.empty()) return;
    const auto unsent = connection.unsent();
    const auto count = ::send(connection.socket.number(), unsent.data(), unsent.size(), MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN && errno != EINTR) {
        connection.doomed = Ending::broken;
        return;
    }
    if (count > 0) {
        touch(connection);
        forget_sent(connection, static_cast<std::size_t>(count));
    }
    if (connection.queue.empty()) return spare(std::move(connection.queue));
    connection.awaits_room = true;
    connection.socket.await_writable();
}

// The rest moves to the front only when it is the smaller part: so a long queue is not moved for each piece.
void Connections::forget_sent(Connection& connection, std::size_t octets) {
    connection.sent += octets;
    if (connection.sent < connection.queue.size() - connection.sent) return;
    connection.queue.erase(0, std::exchange(connection.sent, 0));
}

// Idle connections hold no buffer: the next to write gets it.
void Connections::spare(std::string buffer) {
    if (buffer.capacity() > spare_octets || spare_buffers_.size() == spares) return;
    buffer.clear();
    spare_buffers_.push_back(std::move(buffer));
}

// The peer reads on until our end of stream, so that a reset does not overtake what was sent last.
void Connections::say_goodbye(Connection& connection) {
    if (connection.stage == Connection::Stage::opening) return;
    if (connection.peer_finished) return remove(connection.id);
    ::shutdown(connection.socket.number(), SHUT_WR);
}

void Connections::peer_finished(Connection& connection) {
    const auto id = connection.id;
    connection.peer_finished = true;
    const bool nothing_follows =
        connection.closing || !connection.may_be_owed || limits_.farewell == base::Duration::zero();
    if (connection.doomed || (nothing_follows && connection.queue.empty()))
        return end(id, Ending::closed_by_peer);
    if (connection.closing) return;
    if (connection.queue.empty()) return expire_by(connection, limits_.farewell);
    close(id);
    connection.reported = true;
    reader_.closed(id, Ending::closed_by_peer);
}

void Connections::touch(Connection& connection) {
    if (connection.peer_finished) return;
    if (!connection.closing && !connection.on_probation) connection.due = loop_.moment().now + limits_.idle;
}

void Connections::expire_by(Connection& connection, base::Duration patience) {
    connection.due = loop_.moment().now + patience;
    if (next_sweep_ && *next_sweep_ <= connection.due) return;
    next_sweep_ = connection.due;
    sweep_.wake_at(next_sweep_);
}

void Connections::expire(ConnectionId id) {
    const auto* const connection = connections_.get(id);
    if (connection == nullptr) return;
    if (connection->stage == Connection::Stage::opening) return end(id, Ending::opening_late);
    if (connection->peer_finished) return end(id, Ending::closed_by_peer);
    end(id, connection->on_probation ? Ending::never_trusted : Ending::idle);
}

void Connections::visit_at_turn_end(Connection& connection) {
    if (std::exchange(connection.has_visit, true)) return;
    if (visits_.empty()) loop_.at_this_turn_end(*this);
    visits_.push_back(connection.id);
}

void Connections::end(ConnectionId id, Ending why) {
    const bool reported = !connections_.get(id)->closing;
    remove(id);
    if (reported) reader_.closed(id, why);
}

void Connections::remove(ConnectionId id) {
    connections_.erase(id);
    if (size() > 0) return;
    next_sweep_.reset();
    sweep_.wake_at({});
}

}  // namespace almon::net
