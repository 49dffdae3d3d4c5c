// What a proxy changes in a message, as a list of edits that are applied while it is written out: the message
// itself is never changed, and all that is not edited is copied slice by slice (RFC 3261 §16.6, §16.7).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "almon/base/printer.hpp"
#include "almon/sip/message.hpp"

namespace almon::sip {

class Edits {
 public:
    // Forget all edits, keep the memory.
    void clear();

    Edits& set_request_uri(std::string_view uri);
    // A new field before the first of its name, or, without one, right after the start line. Of several
    // prepended fields of one name the last prepended stands topmost.
    Edits& prepend(HeaderName name, std::string_view value);
    // A new field after all others.
    Edits& append(HeaderName name, std::string_view value);
    // Remove the first comma-separated value of that name; a field left empty goes wholly.
    Edits& remove_first_value(HeaderName name);
    // Remove every field of that name.
    Edits& remove(HeaderName name);
    // The first field of that name gets this value; without one it is appended.
    Edits& set(HeaderName name, std::string_view value);
    // Replace these octets of the message by text: a slice of its Request-URI, reason phrase or body, or of a
    // value in it. An empty slice is a place to put the text.
    Edits& replace(const Message& message, std::string_view slice, std::string_view text);

    // Writes the edited message, strict in what it emits: single spaces in the start line, no blanks before
    // the colon, Content-Length true to the body (RFC 4475: errors are not propagated).
    void write(const Message& message, base::Printer& out) const;

 private:
    enum class Kind : unsigned char { request_uri, prepend, append, remove_first, remove, set, replace };
    struct Edit {
        Kind kind;
        HeaderName name;
        std::size_t at, size;            // of the octets replaced; size: how many values are removed
        std::size_t text_at, text_size;  // in text_
    };
    class Writer;

    Edits& add(Kind kind, HeaderName name, std::string_view text);

    std::vector<Edit> edits_;
    std::string text_;
};

}  // namespace almon::sip
