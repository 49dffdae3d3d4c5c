// Octets of a stream in, whole messages out (RFC 3261 §18.3, §7.5; keepalives: RFC 5626 §4.4.1).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "almon/base/result.hpp"

namespace almon::sip {

// One for each connection. A message that lies whole in a chunk is never copied; what is left of a chunk is
// kept until the rest comes, never more than limits::message_octets and a chunk. Work is linear in the
// octets, however they are cut.
class StreamFramer {
 public:
    // All octets were used: feed() more.
    struct NeedMore {};
    // One message, exactly, from its start line to the end of its body.
    struct Whole {
        std::string_view octets;
    };
    // A CRLF between messages. It answers our ping, or it is a stray one (§7.5), or half a ping of the
    // peer's: in each case the peer is alive.
    struct Pong {};
    // A second CRLF in a row: the peer's ping, owed one CRLF.
    struct Ping {};
    // The stream cannot be cut any further: answer what can be read of `head` with the status owed for the
    // error (its offset counts from the start of head), then close. Said once; then only NeedMore follows.
    struct Broken {
        base::Error error;
        std::string_view head;
    };
    using Event = std::variant<NeedMore, Whole, Pong, Ping, Broken>;

    // The chunk must stay as it is until next() says NeedMore; only then comes the next one.
    void feed(std::string_view chunk);
    // Views in the event hold until the next call of next() or feed().
    Event next();
    // Octets kept of a message that has not ended, for those who close connections that bring none.
    std::size_t unfinished() const { return kept_.size(); }

 private:
    std::string_view rest() const { return input_.substr(consumed_); }
    void consume(std::size_t octets);
    bool find_end_of_head();
    Event keepalive();
    Event message();
    Event wait();
    Event broken(base::Error error, std::size_t head_octets);

    std::string kept_;        // the beginning of a message, whose end was not in the chunk
    std::string_view input_;  // the chunk, or kept_ with the chunk behind it
    std::size_t consumed_ = 0;
    std::size_t delivered_ = 0;  // the message that next() returned last; consumed when it is called again
    // Of the message that begins at rest():
    std::size_t line_ = 0;     // where the line begins whose end is looked for
    std::size_t scanned_ = 0;  // no line feed between line_ and here
    std::size_t head_ = 0;     // size of the head with its empty line; 0: not yet whole
    std::size_t size_ = 0;     // of head and body, once the head is read
    bool after_crlf_ = false;
    bool broken_ = false;
};

}  // namespace almon::sip
