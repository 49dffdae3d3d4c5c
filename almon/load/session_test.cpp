#include "almon/load/session.hpp"

#include <doctest/doctest.h>

using namespace almon;
using namespace almon::load;

TEST_CASE("a session names our address in its family, and every line ends with CRLF") {
    for (const auto& [address, line] :
         {std::pair{"192.0.2.9", "c=IN IP4 192.0.2.9\r\n"}, {"2001:db8::9", "c=IN IP6 2001:db8::9\r\n"}}) {
        const auto session = describe_session(*base::IpAddress::parse(address));
        CHECK(session.starts_with("v=0\r\no=- 1 1 IN IP"));
        CHECK(session.find(line) != std::string::npos);
        CHECK(session.ends_with("a=sendrecv\r\n"));
    }
}
