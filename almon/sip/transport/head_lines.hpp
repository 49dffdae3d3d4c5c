// The header fields of octets that nobody has parsed yet, one by one (RFC 3261 §7.3.1): for whoever needs a
// field or two before the message has an owner. What is a line, a fold and a name is as in Message, so that
// both see the same fields: lines end with CRLF and nothing else. What is no field is passed over; Message
// refuses it later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "almon/sip/header_name.hpp"

namespace almon::sip {

struct HeadLine {
    std::string_view name;   // without the blanks before the colon
    std::string_view value;  // trimmed; folds inside stay
    std::size_t value_at;    // its offset in the octets

    std::uint32_t name_hash;

    bool is(const HeaderName& header) const { return header.matches(name, name_hash); }
};

class HeadLines {
 public:
    // Empty lines before the start line do not count (§7.5).
    explicit HeadLines(std::string_view octets);

    std::string_view start_line() const { return start_line_; }
    // The next field; nullopt at the empty line that ends the head, or at the end of the octets.
    std::optional<HeadLine> next();

 private:
    std::string_view take_line();
    std::string_view take_field();
    bool at_end_of_head() const;

    std::string_view octets_;
    std::size_t at_ = 0;
    std::string_view start_line_;
};

}  // namespace almon::sip
