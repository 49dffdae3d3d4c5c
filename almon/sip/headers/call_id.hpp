// Call-ID (RFC 3261 §20.8): compared octet for octet.
#pragma once

#include "almon/base/id.hpp"
#include "almon/base/printer.hpp"
#include "almon/sip/grammar.hpp"
#include "almon/sip/header_name.hpp"

namespace almon::sip {

struct CallId : base::Id<struct CallIdTag> {
    static constexpr HeaderName name{"Call-ID", 'i'};
    using Id::Id;

    [[nodiscard]] static Result<CallId> parse(Scanner& in);
    void print(base::Printer& out) const { out.put(value()); }
};

}  // namespace almon::sip
