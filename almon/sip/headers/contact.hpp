// Contact (RFC 3261 §20.10, §10.2.1; +sip.instance and reg-id: RFC 5626).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "almon/base/printer.hpp"
#include "almon/sip/header_name.hpp"
#include "almon/sip/name_addr.hpp"

namespace almon::sip {

struct Contact {
    static constexpr HeaderName name{"Contact", 'm'};
    static constexpr bool list = true;

    bool is_wildcard = false;  // "*": all bindings (§10.2.2); nothing else is set then
    NameAddr address;
    std::optional<std::uint16_t> q;        // 0..1000, thousandths
    std::optional<std::uint32_t> expires;  // seconds; malformed and beyond 2^32-1 count as 3600 (§10.2.1.1)
    std::string_view instance;             // RFC 5626 §4.1: with its quotes; empty when absent
    std::optional<std::uint32_t> reg_id;   // RFC 5626 §4.2
    Parameters parameters;                 // all of them
    std::string_view text;                 // the whole value as it stands in the message

    [[nodiscard]] static Result<Contact> parse(Scanner& in) { return read_into<Contact>(in); }
    [[nodiscard]] Result<void> read(Scanner& in);  // into a fresh one, in place
    void print(Printer& out) const;
};

}  // namespace almon::sip
