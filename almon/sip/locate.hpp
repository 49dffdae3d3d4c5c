// Where in a message an error lies, in words for people: line, column, header field.
#pragma once

#include <cstddef>
#include <string_view>

#include "almon/base/printer.hpp"
#include "almon/base/result.hpp"

namespace almon::sip {

struct Place {
    std::size_t line = 1;    // from 1
    std::size_t column = 1;  // octets from the start of the line, from 1
    // The name of the header field, as written; "start line" or "body" outside of the fields.
    std::string_view field;
};

// `offset` counts octets from the start of the message; one beyond its end means the end.
Place locate(std::string_view octets, std::size_t offset);

// A whole Warning line (RFC 3261 §20.43, code 399) that says what is wrong with a request: field, octet,
// fault and rule. Nothing of the request's own octets but a token of a field name is repeated in it.
void print_warning(std::string_view octets, const base::Error& error, base::Printer& out);

}  // namespace almon::sip
