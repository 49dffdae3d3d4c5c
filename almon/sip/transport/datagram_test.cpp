#include "almon/sip/transport/datagram.hpp"

#include <doctest/doctest.h>

#include <string>

namespace almon::sip {

TEST_CASE("datagram: line ends, blanks and NULs alone are a keepalive") {
    CHECK(kind_of("") == DatagramKind::keepalive);
    CHECK(kind_of("\r\n") == DatagramKind::keepalive);
    CHECK(kind_of("\r\n\r\n") == DatagramKind::keepalive);
    CHECK(kind_of(std::string(4, '\0')) == DatagramKind::keepalive);
    CHECK(kind_of(" ") == DatagramKind::keepalive);
}

TEST_CASE("datagram: STUN is known by its first two bits, its cookie and its length") {
    const std::string binding(
        "\x00\x01\x00\x00\x21\x12\xa4\x42"
        "abcdefghijkl",
        20);
    CHECK(kind_of(binding) == DatagramKind::stun);
    CHECK(kind_of(binding.substr(0, 19)) == DatagramKind::message);
    auto wrong_bits = binding, wrong_cookie = binding;
    wrong_bits[0] = '\x40';
    wrong_cookie[7] = '\x43';
    CHECK(kind_of(wrong_bits) == DatagramKind::message);
    CHECK(kind_of(wrong_cookie) == DatagramKind::message);
}

TEST_CASE("datagram: all else is for the parser") {
    CHECK(kind_of("OPTIONS sip:a SIP/2.0\r\n\r\n") == DatagramKind::message);
    CHECK(kind_of("\r\nOPTIONS sip:a SIP/2.0\r\n\r\n") == DatagramKind::message);
    CHECK(kind_of("x") == DatagramKind::message);
}

}  // namespace almon::sip
