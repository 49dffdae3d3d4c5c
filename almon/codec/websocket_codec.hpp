// SIP over WebSocket (RFC 7118, RFC 6455) as a codec, server and client: one SIP message is one WebSocket
// message.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "almon/base/random.hpp"
#include "almon/codec/codec.hpp"
#include "almon/codec/utf8.hpp"
#include "almon/codec/websocket_handshake.hpp"

namespace almon::codec {

// Why a WebSocket connection is closed (RFC 6455 §7.4.1).
enum class CloseCode : std::uint16_t {
    normal = 1000,
    going_away = 1001,
    protocol_error = 1002,
    invalid_text = 1007,
    too_big = 1009,
};

class WebSocketCodec final : public Codec {
 public:
    static std::unique_ptr<WebSocketCodec> server(std::shared_ptr<const WebSocketPolicy> policy);
    // `random` is borrowed: it makes the key and the masks, which proxies on the way must not guess (RFC 6455
    // §10.3).
    static std::unique_ptr<WebSocketCodec> client(WebSocketTarget target, base::Random& random);
    ~WebSocketCodec() override;

    void start(CodecUser& user) override;
    // Messages of more than limits::message_octets, whole or in fragments, end the connection (1009).
    void received(std::string_view octets) override;
    // As text when it is UTF-8, since browsers take that more gladly; as binary otherwise (RFC 7118 §5.1).
    void send(std::string_view message) override;
    // A client closes with 1000, a server with 1001.
    void close() override;
    // Asks for a Pong, which keeps the way open through NATs and shows that the peer is there: it comes in
    // received(). Ignored unless open.
    void ping();

 private:
    enum class Stage : std::uint8_t { handshake, open, closing, ended };
    struct Frames;
    struct Part;

    WebSocketCodec(std::shared_ptr<const WebSocketPolicy> policy, WebSocketTarget target,
                   base::Random* random);

    void read_head(std::string_view octets);
    void head_complete(std::string_view head);
    void handshake_done();
    void read_frames();
    bool begin_frame(const Part& part);
    void take_part(const Part& part);
    void take_message_part(const Part& part);
    void take_control_part(const Part& part);
    void deliver(std::string_view message);
    void farewell_received(std::string_view payload);
    void write_frame(unsigned opcode, std::string_view payload);
    void write_close(CloseCode code);
    bool fail(CloseCode code, const char* why);
    void end(const Ending& ending);

    std::shared_ptr<const WebSocketPolicy> policy_;  // of a server
    base::Random* random_;                           // of a client
    CodecUser* user_ = nullptr;
    std::unique_ptr<Frames> frames_;
    std::string head_;     // the handshake's, as it arrives; the client's target before it starts
    std::string key_;      // of a client
    std::string kept_;     // frames that were sent before the handshake is done
    std::string message_;  // of which fragments have arrived
    std::string control_;  // a control frame's payload, as it arrives
    WebSocketTarget target_;
    Utf8Check utf8_;
    unsigned opcode_ = 0;       // of the message that is being received; 0: none is
    bool is_in_frame_ = false;  // a frame has begun to arrive, and not ended
    std::size_t frame_left_ = 0;
    Stage stage_ = Stage::handshake;
};

}  // namespace almon::codec
