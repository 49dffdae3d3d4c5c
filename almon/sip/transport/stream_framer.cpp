#include "almon/sip/transport/stream_framer.hpp"

#include <optional>
#include <utility>

#include "almon/base/assert.hpp"
#include "almon/base/limits.hpp"
#include "almon/base/scanner.hpp"
#include "almon/sip/headers/content_length.hpp"
#include "almon/sip/transport/head_lines.hpp"

namespace almon::sip {
namespace {

using base::Errc;
using base::Result;

constexpr const char* rule = "RFC 3261 §20.14 Content-Length";

Result<std::uint64_t> read_length(const HeadLine& line) {
    base::Scanner in(line.value, line.value_at);
    const auto length = in.number(0xffff'ffff, rule);
    if (length && !in.done()) return in.refuse(rule);
    return length;
}

// Two fields that agree are harmless here; Message has its own opinion of them.
Result<std::uint64_t> body_length(std::string_view head) {
    std::optional<std::uint64_t> found;
    HeadLines lines(head);
    while (const auto line = lines.next()) {
        if (!line->is(ContentLength::name)) continue;
        const auto length = read_length(*line);
        if (!length) return length;
        if (found && *found != *length) return base::fail(Errc::repeated_field, line->value_at, rule);
        found = *length;
    }
    if (!found) return base::fail(Errc::missing_field, head.size(), "RFC 3261 §18.3");
    return *found;
}

}  // namespace

void StreamFramer::feed(std::string_view chunk) {
    if (broken_) return;
    ALMON_ASSERT(input_.empty());
    input_ = kept_.empty() ? chunk : std::string_view(kept_.append(chunk));
}

StreamFramer::Event StreamFramer::next() {
    consume(std::exchange(delivered_, 0));
    if (broken_ || input_.empty()) return NeedMore{};
    if (head_ == 0 && !find_end_of_head()) return wait();
    if (line_ == 0) return keepalive();
    return message();
}

void StreamFramer::consume(std::size_t octets) {
    if (octets == 0) return;
    consumed_ += octets;
    line_ = scanned_ = head_ = size_ = 0;
}

// Looks at each octet once, also when the head comes in many chunks. Leaves line_ at the empty line. Only
// CRLF ends a line, as in Message: whoever sees other line ends than the hop before cuts other messages.
bool StreamFramer::find_end_of_head() {
    const auto text = rest();
    for (;;) {
        const auto line_feed = text.find('\n', scanned_);
        scanned_ = line_feed == text.npos ? text.size() : line_feed + 1;
        if (line_feed == text.npos) return false;
        const auto line = text.substr(line_, line_feed - line_);
        if (line == "\r") break;
        if (line.ends_with('\r')) line_ = scanned_;
    }
    head_ = scanned_;
    return true;
}

// An empty line where a message could begin.
StreamFramer::Event StreamFramer::keepalive() {
    consume(head_);
    after_crlf_ = !after_crlf_;
    if (after_crlf_) return Pong{};
    return Ping{};
}

StreamFramer::Event StreamFramer::message() {
    constexpr auto limit = base::limits::message_octets;
    if (size_ == 0) {
        const auto length = body_length(rest().substr(0, head_));
        if (!length) return broken(length.error(), head_);
        size_ = head_ + *length;
        if (size_ > limit) return broken({Errc::too_large, limit, "limits::message_octets"}, head_);
    }
    if (rest().size() < size_) return wait();
    after_crlf_ = false;
    delivered_ = size_;
    return Whole{rest().substr(0, size_)};
}

StreamFramer::Event StreamFramer::wait() {
    constexpr auto limit = base::limits::message_octets;
    if (rest().size() > limit) return broken({Errc::too_large, limit, "limits::message_octets"}, limit);
    if (rest().empty()) {
        std::string().swap(kept_);  // an idle connection holds no memory
    } else if (kept_.empty()) {
        kept_.assign(rest());
    } else {
        kept_.erase(0, consumed_);
    }
    input_ = {};
    consumed_ = 0;
    return NeedMore{};
}

StreamFramer::Event StreamFramer::broken(base::Error error, std::size_t head_octets) {
    broken_ = true;
    return Broken{error, rest().substr(0, head_octets)};
}

}  // namespace almon::sip
