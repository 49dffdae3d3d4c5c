// PEM text (RFC 7468) that a host has read, and the name that sentences call it by.
#pragma once

#include <string>
#include <string_view>

namespace almon::codec {

struct PemText {
    std::string_view text;
    // Where it is from, such as "/etc/almon/example.com.pem": errors begin with it.
    std::string_view place;
};

}  // namespace almon::codec
