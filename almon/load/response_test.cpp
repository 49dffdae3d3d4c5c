#include "almon/load/response.hpp"

#include <doctest/doctest.h>

#include <string>

#include "almon/load/number.hpp"

using namespace almon;
using namespace almon::load;

namespace {

constexpr auto salt = "s4Lt";

std::optional<Response> read(const std::string& start_line, const std::string& via) {
    const auto octets = start_line + "\r\nX: y\r\n" + via + "\r\nCall-ID: a\r\n\r\n";
    auto response = Response::read(octets, salt);
    if (response) response->branch = {};
    return response;
}

}  // namespace

TEST_CASE("a response leads to its unit by the topmost Via alone") {
    const std::string via =
        "SIP/2.0/UDP 192.0.2.9:6000;received=192.0.2.9;branch=z9hG4bKs4Lt00000007000000ff-12;rport=1";
    for (const auto* name : {"Via: ", "v:", "VIA : "}) {
        CAPTURE(name);
        const auto octets =
            "SIP/2.0 486 Busy\r\n" + (name + via) + "\r\nVia: SIP/2.0/UDP x;branch=z9hG4bKother\r\n\r\n";
        const auto response = Response::read(octets, salt);
        REQUIRE(response);
        CHECK(response->status == sip::status::busy_here);
        CHECK(response->handle == 0x7'0000'00ff);
        CHECK(response->cseq == 12);
        CHECK(response->branch == "z9hG4bKs4Lt00000007000000ff-12");
    }
}

TEST_CASE("what answers no request of this run is no response") {
    const std::string good = "Via: SIP/2.0/UDP h;branch=z9hG4bKs4Lt00000007000000ff-1";
    CHECK(read("SIP/2.0 200 OK", good));
    for (const auto* start_line :
         {"SIP/2.0 99 Early", "SIP/2.0 700 Late", "SIP/2.0 OK", "SIP/3.0 200 OK", ""}) {
        CAPTURE(start_line);
        CHECK_FALSE(read(start_line, good));
    }
    for (const auto* via : {"Via: SIP/2.0/UDP h;branch=z9hG4bKother00000007000000ff-1", "Via: SIP/2.0/UDP h",
                            "Via: SIP/2.0/UDP h;branch=z9hG4bKs4Lt0000000700000zff-1",
                            "Via: SIP/2.0/UDP h;branch=z9hG4bKs4Lt0007",
                            "Via: SIP/2.0/UDP h;branch=z9hG4bKs4Lt00000007000000ff-ack", "V: 1"}) {
        CAPTURE(via);
        CHECK_FALSE(read("SIP/2.0 200 OK", via));
    }
}

TEST_CASE("a number reads as it was written") {
    for (const std::uint64_t bits :
         {std::uint64_t{0}, std::uint64_t{0x1234'5678'9abc'def0}, ~std::uint64_t{0}}) {
        const auto text = std::string(salt) + std::string(Number(bits).text());
        base::Scanner in(text);
        CHECK(Number::read(in, salt) == bits);
    }
}
