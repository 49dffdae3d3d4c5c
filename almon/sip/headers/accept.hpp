// Accept (RFC 3261 §20.1): what bodies the sender takes. A field without values takes none.
#pragma once

#include "almon/sip/header_name.hpp"
#include "almon/sip/headers/media_type.hpp"
#include "almon/sip/qvalue.hpp"

namespace almon::sip {

struct Accept : MediaType {
    static constexpr HeaderName name{"Accept"};
    static constexpr bool list = true;
    static constexpr bool may_be_empty = true;

    [[nodiscard]] static Result<Accept> parse(Scanner& in) { return read_into<Accept>(in, "RFC 3261 §20.1"); }
    // "*/*", "application/*" or the type itself; with a preference of 0 none of these.
    bool takes(const MediaType& offered) const {
        if (is_refusal()) return false;
        const bool any_subtype = subtype == "*";
        if (any_subtype && type == "*") return true;
        return base::equal_nocase(type, offered.type) &&
               (any_subtype || base::equal_nocase(subtype, offered.subtype));
    }

 private:
    bool is_refusal() const {
        Scanner in(parameters.value("q").value_or(""));
        const auto q = take_qvalue(in);
        return q && *q == 0;
    }
};

}  // namespace almon::sip
