// name-addr and addr-spec: "Display Name" <uri> or a bare uri (RFC 3261 §20.10, §25.1).
#pragma once

#include <string>
#include <string_view>

#include "almon/sip/uri.hpp"

namespace almon::sip {

struct NameAddr {
    std::string_view display_name;  // as written, quotes included; empty when there is none
    Uri uri;
    bool bracketed = false;  // in <>; without, all that follows a semicolon belongs to the header field

    // Either form. Without brackets the URI ends before a comma, semicolon, question mark or blank (§20).
    [[nodiscard]] static Result<NameAddr> parse(Scanner& in, const char* rule = "RFC 3261 §25.1 name-addr") {
        return read_into<NameAddr>(in, rule);
    }
    [[nodiscard]] Result<void> read(Scanner& in, const char* rule);  // into a fresh one, in place
    // What the display name says, unquoted.
    std::string display_text() const { return unquote(display_name); }
    // Always with brackets: so no parameter changes its owner (RFC 4475 §3.3.12).
    void print(base::Printer& out) const;
};

}  // namespace almon::sip
