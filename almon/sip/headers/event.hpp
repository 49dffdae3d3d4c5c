// Event (RFC 6665 §8.2.1): the package that a SUBSCRIBE, NOTIFY or PUBLISH is about.
#pragma once

#include <string_view>

#include "almon/sip/header_name.hpp"
#include "almon/sip/parameters.hpp"

namespace almon::sip {

struct Event {
    static constexpr HeaderName name{"Event", 'o'};

    std::string_view package;  // with its templates: "presence.winfo"
    Parameters parameters;     // such as id

    [[nodiscard]] static Result<Event> parse(Scanner& in);
    void print(Printer& out) const;
};

}  // namespace almon::sip
