// Via (RFC 3261 §20.42, §18.2.1; rport: RFC 3581).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "almon/base/printer.hpp"
#include "almon/sip/header_name.hpp"
#include "almon/sip/host.hpp"
#include "almon/sip/parameters.hpp"

namespace almon::sip {

struct Via {
    static constexpr HeaderName name{"Via", 'v'};
    static constexpr bool list = true;
    // RFC 3261 §8.1.1.7: a branch that begins so is unique; one without it comes from an RFC 2543 peer.
    static constexpr std::string_view magic_cookie = "z9hG4bK";

    std::string_view protocol = "SIP", version = "2.0";
    std::string_view transport;  // "UDP"; any token is legal
    Host host;                   // sent-by
    std::optional<std::uint16_t> port;
    std::string_view branch;    // empty when absent
    std::string_view received;  // as written, with or without brackets; empty when absent
    bool has_rport = false;     // asked for, or answered
    std::optional<std::uint16_t> rport;
    std::string_view maddr;  // empty when absent
    std::optional<std::uint8_t> ttl;
    Parameters parameters;  // all of them
    std::string_view text;  // the whole value as it stands in the message

    [[nodiscard]] static Result<Via> parse(Scanner& in) { return read_into<Via>(in); }
    [[nodiscard]] Result<void> read(Scanner& in);  // into a fresh one, in place
    void print(Printer& out) const;
};

}  // namespace almon::sip
