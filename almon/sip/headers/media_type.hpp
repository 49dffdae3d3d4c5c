// type/subtype;parameter=value, as Content-Type and Accept write it (RFC 3261 §25.1 media-type).
#pragma once

#include <string_view>

#include "almon/sip/parameters.hpp"

namespace almon::sip {

struct MediaType {
    std::string_view type, subtype;  // compare without case: is()
    Parameters parameters;

    [[nodiscard]] Result<void> read(Scanner& in, const char* rule);
    void print(Printer& out) const;
    bool is(std::string_view wanted_type, std::string_view wanted_subtype) const;
};

}  // namespace almon::sip
