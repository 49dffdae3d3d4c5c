// The WebSocket server, handshake and frames: it says and hands on the same however the octets are cut, no
// message is larger than allowed, and it ends once. The first octet decides whether the handshake is the
// input's business.
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "almon/base/assert.hpp"
#include "almon/codec/websocket_codec.hpp"
#include "fuzz/fuzzing.hpp"

using namespace almon;

namespace {

constexpr std::string_view handshake =
    "GET /ws HTTP/1.1\r\nHost: a.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: sip\r\n"
    "Sec-WebSocket-Version: 13\r\n\r\n";

struct User final : codec::CodecUser {
    void opened() override {
        ALMON_ASSERT(!is_open && !is_ended);
        is_open = true;
    }
    void decoded(std::string_view message) override {
        ALMON_ASSERT(is_open && !is_ended && message.size() <= base::limits::message_octets);
        messages.emplace_back(message);
        if (message == "close") codec->close();
        if (message.starts_with("echo")) codec->send(message);
    }
    void encoded(std::string_view octets) override {
        ALMON_ASSERT(!is_ended);
        wire.append(octets);
    }
    void ended(const codec::Ending& ending) override {
        ALMON_ASSERT(!is_ended && !ending.sentence.empty());
        is_ended = true;
        sentence = ending.sentence;
    }
    bool operator==(const User& other) const {
        return messages == other.messages && wire == other.wire && sentence == other.sentence;
    }

    codec::Codec* codec = nullptr;
    bool is_open = false, is_ended = false;
    std::vector<std::string> messages;
    std::string wire, sentence;
};

User served(std::string_view sizes, std::string_view stream, bool is_open) {
    static const auto policy = std::make_shared<const codec::WebSocketPolicy>(
        codec::WebSocketPolicy{.hosts = {"a.example"}, .paths = {"/ws"}, .origins = {"https://a.example"}});
    User user;
    const auto server = codec::WebSocketCodec::server(policy);
    user.codec = server.get();
    server->start(user);
    if (is_open) server->received(handshake);
    for (std::size_t i = 0; !stream.empty(); ++i) {
        const auto size =
            sizes.empty() ? stream.size() : static_cast<unsigned char>(sizes[i % sizes.size()]) + 1U;
        server->received(std::string(stream.substr(0, size)));
        stream.remove_prefix(std::min<std::size_t>(size, stream.size()));
    }
    return user;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    fuzz::Script script(fuzz::text_of(data, size));
    const bool is_open = script.octet() % 2 == 1;
    const auto sizes = script.take(4), stream = script.rest();
    ALMON_ASSERT(served("", stream, is_open) == served(sizes, stream, is_open));
    return 0;
}
