#include "almon/load/session.hpp"

namespace almon::load {

std::string describe_session(const base::IpAddress& address) {
    const bool v6 = address.family() == base::IpAddress::Family::v6;
    const auto place = (v6 ? "IN IP6 " : "IN IP4 ") + base::printed(address) + "\r\n";
    return "v=0\r\no=- 1 1 " + place + "s=-\r\nc=" + place +
           "t=0 0\r\n"
           "m=audio 30000 RTP/AVP 0 8 101\r\n"
           "a=rtpmap:0 PCMU/8000\r\n"
           "a=rtpmap:8 PCMA/8000\r\n"
           "a=rtpmap:101 telephone-event/8000\r\n"
           "a=fmtp:101 0-16\r\n"
           "a=ptime:20\r\n"
           "a=sendrecv\r\n";
}

}  // namespace almon::load
