// From and To: who calls, who is called, and the tags that make a dialog (RFC 3261 §20.20, §20.39, §19.3).
#pragma once

#include <string_view>

#include "almon/base/id.hpp"
#include "almon/base/printer.hpp"
#include "almon/sip/header_name.hpp"
#include "almon/sip/name_addr.hpp"

namespace almon::sip {

using Tag = base::Id<struct TagTag>;

// What both have.
struct Party {
    NameAddr address;
    Tag tag;                // empty when absent
    Parameters parameters;  // all of them, the tag too

    [[nodiscard]] Result<void> read(Scanner& in, const char* rule);
    void print(Printer& out) const;
};

struct From : Party {
    static constexpr HeaderName name{"From", 'f'};
    static constexpr const char* rule = "RFC 3261 §20.20";
    [[nodiscard]] static Result<From> parse(Scanner& in) { return read_into<From>(in, rule); }
};

struct To : Party {
    static constexpr HeaderName name{"To", 't'};
    static constexpr const char* rule = "RFC 3261 §20.39";
    [[nodiscard]] static Result<To> parse(Scanner& in) { return read_into<To>(in, rule); }
};

}  // namespace almon::sip
