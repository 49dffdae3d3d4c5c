// Content-Type (RFC 3261 §20.15).
#pragma once

#include <string>

#include "almon/sip/header_name.hpp"
#include "almon/sip/headers/media_type.hpp"

namespace almon::sip {

struct ContentType : MediaType {
    static constexpr HeaderName name{"Content-Type", 'c'};

    [[nodiscard]] static Result<ContentType> parse(Scanner& in) {
        return read_into<ContentType>(in, "RFC 3261 §20.15");
    }
    bool is_multipart() const { return base::equal_nocase(type, "multipart"); }
    // The boundary of a multipart (RFC 2046 §5.1.1), unquoted; empty when there is none.
    std::string boundary() const { return unquote(parameters.value("boundary").value_or("")); }
};

}  // namespace almon::sip
