// The framer says the same however a stream is cut, loses no octet, and cuts messages where Message ends
// them; the owner of what it cut can be told.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "almon/base/assert.hpp"
#include "almon/sip/message.hpp"
#include "almon/sip/transport/owner.hpp"
#include "almon/sip/transport/stream_framer.hpp"

using namespace almon;
using sip::StreamFramer;

namespace {

struct Log {
    std::vector<std::string> events;
    std::size_t octets = 0;  // in messages and CRLFs
    bool broken = false;

    void note(const StreamFramer::Event& event) {
        if (const auto* whole = std::get_if<StreamFramer::Whole>(&event)) {
            events.emplace_back(whole->octets);
            octets += whole->octets.size();
        } else if (const auto* fault = std::get_if<StreamFramer::Broken>(&event)) {
            events.push_back(std::to_string(fault->error.offset) + fault->error.rule +
                             std::string(fault->head));
            broken = true;
        } else {
            events.emplace_back(std::holds_alternative<StreamFramer::Ping>(event) ? "ping" : "pong");
            octets += 2;
        }
    }
};

void feed(StreamFramer& framer, std::string_view chunk, Log& log) {
    const std::string short_lived(chunk);
    framer.feed(short_lived);
    for (auto event = framer.next(); !std::holds_alternative<StreamFramer::NeedMore>(event);
         event = framer.next())
        log.note(event);
}

// Chunks of 1 to 256 octets, whose sizes the input itself gives.
Log in_chunks(std::string_view sizes, std::string_view stream) {
    StreamFramer framer;
    Log log;
    for (std::size_t i = 0; !stream.empty(); ++i) {
        const auto size = sizes.empty() ? 1 : static_cast<unsigned char>(sizes[i % sizes.size()]) + 1U;
        feed(framer, stream.substr(0, size), log);
        stream.remove_prefix(std::min<std::size_t>(size, stream.size()));
    }
    return log;
}

void check_whole(const std::string& octets) {
    const auto message = sip::Message::parse(octets, sip::Message::Ends::with_content_length);
    if (message) ALMON_ASSERT(message->octets().size() == octets.size());
    if (message && message->has(sip::HeaderName("Call-ID", 'i')))
        ALMON_ASSERT(sip::owner_hash({1, 2}, octets));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto sizes = input.substr(0, 4), stream = input.substr(sizes.size());
    StreamFramer framer;
    Log at_once;
    feed(framer, stream, at_once);
    ALMON_ASSERT(at_once.broken || at_once.octets + framer.unfinished() == stream.size());
    ALMON_ASSERT(at_once.events == in_chunks(sizes, stream).events);
    for (const auto& event : at_once.events) check_whole(event);
    (void)sip::owner_hash({1, 2}, stream);
    return 0;
}
