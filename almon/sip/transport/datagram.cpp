#include "almon/sip/transport/datagram.hpp"

namespace almon::sip {

DatagramKind kind_of(std::string_view datagram) {
    constexpr std::string_view idle("\r\n \t\0", 5), stun_cookie("\x21\x12\xa4\x42", 4);
    constexpr std::size_t stun_header_octets = 20;
    if (datagram.find_first_not_of(idle) == datagram.npos) return DatagramKind::keepalive;
    const bool stun = datagram.size() >= stun_header_octets && (datagram[0] & 0xc0) == 0 &&
                      datagram.substr(4, stun_cookie.size()) == stun_cookie;
    return stun ? DatagramKind::stun : DatagramKind::message;
}

}  // namespace almon::sip
