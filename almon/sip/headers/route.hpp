// Route (RFC 3261 §20.34), and what Record-Route and Path have in common with it: lists of name-addr.
#pragma once

#include <string_view>

#include "almon/base/printer.hpp"
#include "almon/sip/header_name.hpp"
#include "almon/sip/name_addr.hpp"

namespace almon::sip {

struct RouteEntry {
    static constexpr bool list = true;

    NameAddr address;  // always in brackets
    Parameters parameters;
    std::string_view text;  // the whole value as it stands in the message

    bool is_loose() const { return address.uri.has_parameter("lr"); }
    [[nodiscard]] Result<void> read(Scanner& in, const char* rule);
    void print(Printer& out) const;
};

struct Route : RouteEntry {
    static constexpr HeaderName name{"Route"};
    static constexpr const char* rule = "RFC 3261 §20.34";
    [[nodiscard]] static Result<Route> parse(Scanner& in) { return read_into<Route>(in, rule); }
};

}  // namespace almon::sip
