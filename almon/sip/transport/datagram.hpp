// What a datagram is before anybody parses it.
#pragma once

#include <cstdint>
#include <string_view>

namespace almon::sip {

enum class DatagramKind : std::uint8_t {
    message,    // to be parsed
    keepalive,  // nothing but line ends, blanks and NULs: keeps a NAT's mapping open, wants no answer
    stun,       // RFC 5626 §4.4.2: a STUN message on the SIP port
};

// RFC 5626 §8: STUN begins with two zero bits and carries its magic cookie (RFC 8489 §5); SIP with a letter.
DatagramKind kind_of(std::string_view datagram);

}  // namespace almon::sip
