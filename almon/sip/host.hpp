// host [":" port] as URIs and Via write it (RFC 3261 §25.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "almon/base/address.hpp"
#include "almon/sip/grammar.hpp"

namespace almon::sip {

struct Host {
    std::string_view text;                   // as written; an IPv6 address keeps its brackets
    std::optional<base::IpAddress> address;  // when it is numeric

    // A host name, an IPv4 address or an IPv6 address in brackets.
    [[nodiscard]] static Result<Host> parse(Scanner& in, const char* rule = "RFC 3261 §25.1 host") {
        return read_into<Host>(in, rule);
    }
    [[nodiscard]] Result<void> read(Scanner& in, const char* rule = "RFC 3261 §25.1 host");  // in place
    // Numeric: the same address; names: equal without case, a closing dot aside.
    friend bool operator==(const Host& a, const Host& b);
};

// The digits of a port, 0..65535.
[[nodiscard]] Result<std::uint16_t> take_port(Scanner& in, const char* rule = "RFC 3261 §25.1 port");

}  // namespace almon::sip
