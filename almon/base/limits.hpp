// Every queue, table and loop that a stranger can make grow has its limit here: a name, a default, a reason.
// Where an operator may want another value there is a configuration key (docs/configuration.md).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace almon::base::limits {

using namespace std::chrono_literals;

// One SIP message, start line to the end of the body. The most that a UDP datagram can carry.
inline constexpr std::size_t message_octets = 65'535;
// Header fields in one message; RFC 4475's longest has 40.
inline constexpr std::size_t message_fields = 256;
// Comma-separated values of one kind (Via, Route, Contact) that are looked at.
inline constexpr std::size_t values_per_field = 128;
// URI and header parameters in one value, and the headers of a URI.
inline constexpr std::size_t parameters = 64;
// Parts of one multipart body, and how deep multiparts nest.
inline constexpr std::size_t body_parts = 32;
inline constexpr std::size_t body_depth = 4;

// RFC 3261 §18.1.1: a request larger than this leaves over a congestion-controlled transport.
inline constexpr std::size_t udp_request_octets = 1'300;

// Live and lingering transactions of one shard (RFC 3261 §17): beyond it new requests get 503.
inline constexpr std::size_t transactions_per_shard = 1'000'000;
// Branches of one forked request, and RFC 5393's Max-Breadth when a request carries none.
inline constexpr std::size_t branches_per_request = 32;
inline constexpr std::uint32_t max_breadth = 60;
// RFC 3261 §8.1.1.6.
inline constexpr std::uint32_t max_forwards = 70;

// Bindings of one address-of-record; sizes of what a binding stores.
inline constexpr std::size_t bindings_per_aor = 16;
inline constexpr std::size_t contact_octets = 1'024;
inline constexpr std::size_t aor_octets = 256;
inline constexpr std::size_t call_id_octets = 256;
// Addresses-of-record with bindings, all shards together.
inline constexpr std::size_t aors = 4'000'000;
// RFC 3261 §10.2.1.1 and §10.3: what a registrar grants.
inline constexpr std::chrono::seconds min_expires = 60s;
inline constexpr std::chrono::seconds default_expires = 3'600s;
inline constexpr std::chrono::seconds max_expires = 86'400s;
// REGISTERs that wait for the disk, all shards together: beyond it 503.
inline constexpr std::size_t pending_commits = 100'000;
// Those of them that wait for one address-of-record.
inline constexpr std::size_t pending_per_aor = 16;

// Stream connections of one shard, the time an idle one is kept, and what may wait to be written on one.
inline constexpr std::size_t connections_per_shard = 65'536;
inline constexpr std::chrono::seconds connection_idle = 1'800s;
// A connection that has not brought one whole message after this time is closed (slow loris).
inline constexpr std::chrono::seconds connection_first_message = 32s;
inline constexpr std::size_t connection_unsent_octets = 1'048'576;

// Plain octets that a codec (TLS, WebSocket) keeps until its handshake is done: two of the largest messages.
inline constexpr std::size_t codec_kept_octets = 131'072;
// What a TLS peer may send before the handshake is done; with a long chain of certificates it is 10 KB.
inline constexpr std::size_t tls_handshake_octets = 32'768;
// How long a TLS session may be resumed, and the destinations of one shard whose sessions are kept.
inline constexpr std::chrono::seconds tls_session_life = 7'200s;
inline constexpr std::size_t tls_sessions = 1'024;
// The head of a WebSocket handshake (HTTP/1.1), with the cookies that browsers may add.
inline constexpr std::size_t websocket_head_octets = 8'192;

// Digest (RFC 7616): life of a nonce, and the nonces of one shard whose nc is remembered.
inline constexpr std::chrono::seconds nonce_life = 300s;
inline constexpr std::size_t nonce_windows = 65'536;

// Datagrams taken from a socket in one turn, before others get theirs.
inline constexpr std::size_t datagrams_per_turn = 64;
// Ready sockets, timers and letters that a loop works through before it sends what they left.
inline constexpr std::size_t events_per_turn = 16;
// How long a shard lets messages gather while they come more often than this: they share a wake-up then.
inline constexpr std::chrono::milliseconds gathering = 2ms;
// Memory that a shard's outbox keeps from turn to turn; what a busier turn has taken beyond it is given back.
inline constexpr std::size_t outbox_octets = 4'194'304;
// Letters from other threads that wait for a shard: beyond it they are shed, as a network would do; and those
// that it reads in one turn, before its sockets get theirs.
inline constexpr std::size_t letters_per_shard = 16'384;
inline constexpr std::size_t letters_per_turn = 256;
// Datagrams that wait, a socket, for room in the kernel; beyond it they are dropped, as a network would.
inline constexpr std::size_t unsent_datagrams = 1'024;
// What a UDP socket asks the kernel to keep in each direction while we are busy.
inline constexpr std::size_t socket_buffer_octets = 4'194'304;

// Lines that one event may write to the log in a second, where strangers can cause it.
inline constexpr std::size_t log_lines_per_second = 100;

// Time to open a stream connection, and to get rid of what is left to send on one that closes.
inline constexpr std::chrono::seconds connection_opening = 10s;
inline constexpr std::chrono::seconds connection_closing = 10s;
// Connections accepted in one turn; the pause when the process has no file descriptor left for another.
inline constexpr std::size_t accepts_per_turn = 64;
inline constexpr std::chrono::milliseconds accept_pause = 100ms;

// The control socket: one question (a line), and one answer.
inline constexpr std::size_t control_question_octets = 65'536;
inline constexpr std::size_t control_answer_octets = 67'108'864;
inline constexpr std::size_t control_connections = 64;

}  // namespace almon::base::limits
