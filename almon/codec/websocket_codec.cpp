#include "almon/codec/websocket_codec.hpp"

#include <wslay/wslay.h>

#include <algorithm>
#include <array>
#include <utility>

#include "almon/base/assert.hpp"

namespace almon::codec {

namespace limits = base::limits;

namespace {

std::string_view text_of(const std::uint8_t* octets, std::size_t size) {
    return {reinterpret_cast<const char*>(octets), size};
}

// RFC 6455 §7.4: those that may stand in a frame; 3000 to 4999 are the users' own.
bool is_close_code(unsigned code) {
    if (code >= 3000 && code <= 4999) return true;
    return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

unsigned close_code_of(std::string_view payload) {
    return static_cast<unsigned char>(payload[0]) * 256U + static_cast<unsigned char>(payload[1]);
}

std::string payload_of(CloseCode code) {
    const auto number = static_cast<unsigned>(code);
    return {static_cast<char>(number >> 8), static_cast<char>(number & 0xff)};
}

}  // namespace

// What arrived of a frame at once: octets that follow each other, unmasked.
struct WebSocketCodec::Part : wslay_frame_iocb {
    std::string_view octets() const { return text_of(data, data_length); }
    bool is_control() const { return wslay_is_ctrl_frame(opcode) != 0; }
};

// wslay's framing between the octets given and the octets wanted.
struct WebSocketCodec::Frames {
    explicit Frames(base::Random* random_or_none) : random(random_or_none) {
        const wslay_frame_callbacks callbacks{&append, &take, &make_mask};
        ALMON_ASSERT(wslay_frame_context_init(&context, &callbacks, this) == 0);
    }
    ~Frames() { wslay_frame_context_free(context); }
    Frames(const Frames&) = delete;
    Frames& operator=(const Frames&) = delete;

    static ssize_t append(const std::uint8_t* octets, std::size_t size, int, void* frames) {
        static_cast<Frames*>(frames)->outgoing->append(text_of(octets, size));
        return static_cast<ssize_t>(size);
    }
    static ssize_t take(std::uint8_t* buffer, std::size_t size, int, void* frames) {
        auto& incoming = static_cast<Frames*>(frames)->incoming;
        const auto taken = incoming.copy(reinterpret_cast<char*>(buffer), size);
        incoming.remove_prefix(taken);
        return static_cast<ssize_t>(taken);
    }
    static int make_mask(std::uint8_t* octets, std::size_t size, void* frames) {
        static_cast<Frames*>(frames)->random->fill({octets, size});
        return 0;
    }

    void write(unsigned opcode, std::string_view payload, std::string& out) {
        outgoing = &out;
        wslay_frame_iocb frame{};
        frame.fin = 1;
        frame.opcode = static_cast<std::uint8_t>(opcode);
        frame.mask = random != nullptr ? 1 : 0;
        frame.payload_length = payload.size();
        frame.data = reinterpret_cast<const std::uint8_t*>(payload.data());
        frame.data_length = payload.size();
        ALMON_ASSERT(wslay_frame_send(context, &frame) == static_cast<ssize_t>(payload.size()));
    }

    wslay_frame_context_ptr context = nullptr;
    base::Random* random;  // masks what a client sends
    std::string_view incoming;
    std::string* outgoing = nullptr;
};

std::unique_ptr<WebSocketCodec> WebSocketCodec::server(std::shared_ptr<const WebSocketPolicy> policy) {
    return std::unique_ptr<WebSocketCodec>(new WebSocketCodec(std::move(policy), {}, nullptr));
}

std::unique_ptr<WebSocketCodec> WebSocketCodec::client(WebSocketTarget target, base::Random& random) {
    return std::unique_ptr<WebSocketCodec>(new WebSocketCodec(nullptr, std::move(target), &random));
}

WebSocketCodec::WebSocketCodec(std::shared_ptr<const WebSocketPolicy> policy, WebSocketTarget target,
                               base::Random* random)
    : policy_(std::move(policy)),
      random_(random),
      frames_(std::make_unique<Frames>(random)),
      target_(std::move(target)) {}

WebSocketCodec::~WebSocketCodec() = default;

// --- the handshake
// ------------------------------------------------------------------------------------------

void WebSocketCodec::start(CodecUser& user) {
    user_ = &user;
    if (policy_) return;
    std::array<unsigned char, 16> octets{};
    random_->fill(octets);
    key_ = base64(text_of(octets.data(), octets.size()));
    user_->encoded(write_upgrade(std::exchange(target_, {}), key_));
}

void WebSocketCodec::received(std::string_view octets) {
    if (stage_ == Stage::handshake) return read_head(octets);
    if (stage_ == Stage::ended) return;
    frames_->incoming = octets;
    read_frames();
    frames_->incoming = {};
}

void WebSocketCodec::read_head(std::string_view octets) {
    constexpr std::string_view end_of_head = "\r\n\r\n";
    if (head_.empty() && !octets.empty() && (octets.front() < ' ' || octets.front() > '~'))
        return end({Ending::Kind::other_protocol,
                    "what the peer sends is not HTTP: TLS, perhaps, where plain WebSocket is spoken"});
    const auto before = head_.size();
    head_.append(octets.substr(0, limits::websocket_head_octets - before));
    const auto found = head_.find(end_of_head, before < 3 ? 0 : before - 3);
    if (found != head_.npos) {
        const auto size = found + end_of_head.size();
        const auto head = std::exchange(head_, {});
        head_complete(std::string_view(head).substr(0, size));
        if (stage_ != Stage::ended) received(octets.substr(size - before));
    } else if (head_.size() == limits::websocket_head_octets) {
        auto answer = refuse_long_head();
        if (policy_) user_->encoded(answer.octets);
        end(*answer.refusal);
    }
}

void WebSocketCodec::head_complete(std::string_view head) {
    std::optional<Ending> refusal;
    if (policy_) {
        auto answer = answer_upgrade(head, *policy_);
        user_->encoded(answer.octets);
        refusal = std::move(answer.refusal);
    } else {
        refusal = check_upgrade_answer(head, key_);
    }
    if (refusal) return end(*refusal);
    handshake_done();
}

void WebSocketCodec::handshake_done() {
    stage_ = Stage::open;
    key_ = {};
    const auto kept = std::exchange(kept_, {});
    if (!kept.empty()) user_->encoded(kept);
    user_->opened();
}

// --- frames that come
// ---------------------------------------------------------------------------------------

void WebSocketCodec::read_frames() {
    while (stage_ != Stage::ended) {
        Part part{};
        const auto result = wslay_frame_recv(frames_->context, &part);
        if (result == WSLAY_ERR_WANT_READ) return;
        if (result < 0) {
            fail(CloseCode::protocol_error,
                 "a frame has a length or a control frame's form that is not allowed "
                 "(RFC 6455 §5.2, §5.5)");
        } else {
            take_part(part);
        }
    }
}

void WebSocketCodec::take_part(const Part& part) {
    if (!is_in_frame_) {
        if (!begin_frame(part)) return;
        is_in_frame_ = true;
        frame_left_ = static_cast<std::size_t>(part.payload_length);
    }
    frame_left_ -= part.data_length;
    is_in_frame_ = frame_left_ > 0;
    if (part.is_control())
        take_control_part(part);
    else
        take_message_part(part);
}

// The rules that a frame's head can break. False: it did, and the connection has ended.
bool WebSocketCodec::begin_frame(const Part& part) {
    if (part.rsv != 0) return fail(CloseCode::protocol_error, "a frame has a reserved bit (RFC 6455 §5.2)");
    if ((part.mask != 0) != (policy_ != nullptr))
        return fail(CloseCode::protocol_error, "clients mask their frames, servers do not (RFC 6455 §5.1)");
    if (part.opcode > WSLAY_PONG ||
        (part.opcode > WSLAY_BINARY_FRAME && part.opcode < WSLAY_CONNECTION_CLOSE))
        return fail(CloseCode::protocol_error, "a frame has a reserved opcode (RFC 6455 §5.2)");
    if (part.is_control()) return true;
    if ((part.opcode == WSLAY_CONTINUATION_FRAME) != (opcode_ != 0))
        return fail(CloseCode::protocol_error,
                    "fragments of a message do not follow each other (RFC 6455 §5.4)");
    if (part.payload_length > limits::message_octets - message_.size())
        return fail(CloseCode::too_big, "a message is larger than allowed");
    if (opcode_ == 0) opcode_ = part.opcode;
    return true;
}

void WebSocketCodec::take_message_part(const Part& part) {
    const bool is_whole = part.fin != 0 && !is_in_frame_;
    const bool is_text = opcode_ == WSLAY_TEXT_FRAME;
    if (is_text && (!utf8_.take(part.octets()) || (is_whole && !utf8_.is_whole()))) {
        fail(CloseCode::invalid_text, "a text message is not UTF-8 (RFC 6455 §8.1)");
        return;
    }
    if (is_whole && message_.empty()) return deliver(part.octets());
    message_.append(part.octets());
    if (is_whole) deliver(std::exchange(message_, {}));
}

void WebSocketCodec::deliver(std::string_view message) {
    opcode_ = 0;
    utf8_ = {};
    if (stage_ == Stage::open) user_->decoded(message);
}

void WebSocketCodec::take_control_part(const Part& part) {
    control_.append(part.octets());
    if (is_in_frame_) return;
    const auto payload = std::exchange(control_, {});
    if (part.opcode == WSLAY_CONNECTION_CLOSE) return farewell_received(payload);
    // RFC 6455 §5.5.1: nothing follows our own Close.
    if (part.opcode == WSLAY_PING && stage_ == Stage::open) write_frame(WSLAY_PONG, payload);
}

void WebSocketCodec::farewell_received(std::string_view payload) {
    if (payload.size() == 1 || (payload.size() > 1 && !is_close_code(close_code_of(payload)))) {
        fail(CloseCode::protocol_error, "a Close frame has no valid code (RFC 6455 §7.4)");
        return;
    }
    if (payload.size() > 2 && !is_utf8(payload.substr(2))) {
        fail(CloseCode::invalid_text, "the reason of a Close frame is not UTF-8 (RFC 6455 §5.5.1)");
        return;
    }
    if (stage_ == Stage::closing) return end({Ending::Kind::closed, "we closed the WebSocket connection"});
    write_frame(WSLAY_CONNECTION_CLOSE, payload.substr(0, 2));
    const auto code = payload.empty() ? "no code" : "code " + std::to_string(close_code_of(payload));
    end({Ending::Kind::closed_by_peer, "the peer closed the WebSocket connection with " + code});
}

// --- frames that go
// -----------------------------------------------------------------------------------------

void WebSocketCodec::send(std::string_view message) {
    if (stage_ != Stage::handshake && stage_ != Stage::open) return;
    const auto opcode = is_utf8(message) ? WSLAY_TEXT_FRAME : WSLAY_BINARY_FRAME;
    if (stage_ == Stage::open) return write_frame(opcode, message);
    if (message.size() > limits::codec_kept_octets - std::min(kept_.size(), limits::codec_kept_octets))
        return end(
            {Ending::Kind::too_large, "too much waits to be sent until the WebSocket handshake is done"});
    frames_->write(opcode, message, kept_);
}

void WebSocketCodec::ping() {
    if (stage_ == Stage::open) write_frame(WSLAY_PING, {});
}

void WebSocketCodec::close() {
    if (stage_ == Stage::handshake)
        return end({Ending::Kind::closed, "we closed the connection during the WebSocket handshake"});
    if (stage_ != Stage::open) return;
    stage_ = Stage::closing;
    write_close(policy_ ? CloseCode::going_away : CloseCode::normal);
}

void WebSocketCodec::write_frame(unsigned opcode, std::string_view payload) {
    constexpr std::size_t largest_head = 14;
    std::string frame;
    frame.reserve(payload.size() + largest_head);
    frames_->write(opcode, payload, frame);
    user_->encoded(frame);
}

void WebSocketCodec::write_close(CloseCode code) {
    write_frame(WSLAY_CONNECTION_CLOSE, payload_of(code));
}

bool WebSocketCodec::fail(CloseCode code, const char* why) {
    if (stage_ == Stage::open) write_close(code);
    const bool is_large = code == CloseCode::too_big;
    end({is_large ? Ending::Kind::too_large : Ending::Kind::rule_broken,
         std::string(why) + "; closed with " + std::to_string(static_cast<unsigned>(code))});
    return false;
}

void WebSocketCodec::end(const Ending& ending) {
    stage_ = Stage::ended;
    user_->ended(ending);
}

}  // namespace almon::codec
