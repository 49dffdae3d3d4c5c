// Byte-to-byte codecs for stream connections: what stands between the octets of a wire and whoever reads and
// writes plain ones. A codec is a calculator: it opens no socket and waits for nothing, so a test, a fuzzer
// and the simulator run it as the real host does.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "almon/base/limits.hpp"

namespace almon::codec {

// How a codec ended. `sentence` is for the log: one English sentence without a full stop.
struct Ending {
    enum class Kind : std::uint8_t {
        closed,           // close() was called, and the farewell is complete as far as it can be
        closed_by_peer,   // the peer said its farewell, and ours is on its way
        other_protocol,   // what came is not this protocol at all: plain SIP on a TLS port, say
        no_agreement,     // no version, cipher or sub-protocol that both sides speak
        untrusted,        // the peer's certificate does not show who we want it to be
        refused_by_peer,  // a TLS alert or an HTTP status says so
        rule_broken,      // the peer broke a rule of the protocol
        too_large,        // a limit of base/limits.hpp is reached
    };
    Kind kind = Kind::closed;
    std::string sentence;
};
// The kind in a few words that never change.
const char* describe(Ending::Kind kind);

// Whoever stands on the plain side of a codec, and hands its octets to the wire. It is borrowed: it outlives
// the codec. From decoded() and opened() it may call send() and close(); from encoded() and ended() nothing.
// It destroys the codec outside of these calls only.
class CodecUser {
 public:
    // The handshake is done: once, before the first decoded().
    virtual void opened() = 0;
    // Plain octets, valid during the call. TLS: some of a stream. WebSocket: exactly one whole message, which
    // may be empty.
    virtual void decoded(std::string_view octets) = 0;
    // Octets for the wire, in order, valid during the call.
    virtual void encoded(std::string_view octets) = 0;
    // Once, as the last call of all. What was encoded() is still to be sent: it tells the peer why. Then the
    // connection is to be closed.
    virtual void ended(const Ending& ending) = 0;

 protected:
    ~CodecUser() = default;
};

class Codec {
 public:
    Codec() = default;
    Codec(const Codec&) = delete;
    Codec& operator=(const Codec&) = delete;
    virtual ~Codec() = default;  // says no farewell, calls nobody

    // Begins, once, before received() and close(); a client sends its greeting.
    virtual void start(CodecUser& user) = 0;
    // Octets that the wire brought, cut anyhow.
    virtual void received(std::string_view octets) = 0;
    // Plain octets to send; WebSocket: one whole message. What is sent before the handshake is done is kept,
    // up to limits::codec_kept_octets; more ends the codec (too_large). Ignored after close() and the end.
    virtual void send(std::string_view octets) = 0;
    // Says farewell. TLS ends at once, WebSocket when the peer has answered: its host waits a limited time.
    // Nothing more is decoded.
    virtual void close() = 0;
};

// One codec inside another: `outer` is next to the wire, `inner` next to the user. Layered itself is a codec,
// so its user does not know how many there are.
std::unique_ptr<Codec> layered(std::unique_ptr<Codec> outer, std::unique_ptr<Codec> inner);

}  // namespace almon::codec
