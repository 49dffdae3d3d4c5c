// What this server answers for itself: OPTIONS (RFC 3261 §11.2), and refusals that name what is allowed.
#pragma once

#include <string_view>

namespace almon::server {

// The fields of a 200 to OPTIONS: Allow, Accept, Accept-Encoding, Accept-Language, Supported. A proxy lets
// every method and body pass; those named are what is in use.
inline constexpr std::string_view capability_fields =
    "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, PRACK, UPDATE, INFO, MESSAGE, SUBSCRIBE, NOTIFY, "
    "PUBLISH, "
    "REFER\r\n"
    "Accept: */*\r\n"
    "Accept-Encoding: identity\r\n"
    "Accept-Language: en\r\n"
    "Supported: path\r\n";

// For a 405 (§21.4.6): what may be sent to the server itself, as opposed to its users.
inline constexpr std::string_view own_methods_field = "Allow: OPTIONS, REGISTER\r\n";

}  // namespace almon::server
