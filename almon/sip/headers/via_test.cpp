#include "almon/sip/headers/via.hpp"

#include "almon/base/limits.hpp"
#include "almon/sip/headers/reading_test.hpp"

using namespace almon::sip;
using namespace almon::sip::test;
namespace limits = almon::base::limits;

namespace {

constexpr auto rule = "RFC 3261 §25.1 via-parm";
constexpr std::string_view start = "SIP/2.0/UDP h";

// Counted from what follows the sent-by.
Error fault_after(std::string_view text) {
    auto error = fault<Via>(std::string(start).append(text));
    error.offset -= start.size();
    return error;
}

}  // namespace

TEST_CASE("the Via fields of RFC 3261 §20.42 are understood") {
    const auto first = read<Via>("SIP/2.0/UDP erlang.bell-telephone.com:5060;branch=z9hG4bK87asdks7");
    CHECK(first.protocol == "SIP");
    CHECK(first.version == "2.0");
    CHECK(first.transport == "UDP");
    CHECK(first.host.text == "erlang.bell-telephone.com");
    CHECK(first.port == 5060);
    CHECK(first.branch == "z9hG4bK87asdks7");
    const auto second =
        read<Via>("SIP/2.0/UDP 192.0.2.1:5060 ;received=192.0.2.207\r\n ;branch=z9hG4bK77asjd");
    CHECK(second.host.address.has_value());
    CHECK(second.received == "192.0.2.207");
    CHECK(second.branch == "z9hG4bK77asjd");
}

TEST_CASE("blanks may stand round the slashes, the colon, the semicolons and the equals signs") {
    const auto text =
        "SIP / 2.0 / UDP first.example.com: 4000;ttl=16\r\n  ;maddr=224.2.0.1 ;branch=z9hG4bKa7c6a8dlze.1";
    const auto plain = "SIP/2.0/UDP first.example.com:4000;ttl=16;maddr=224.2.0.1;branch=z9hG4bKa7c6a8dlze.1";
    CHECK(reprint<Via>(text) == plain);
    CHECK(read<Via>(text).ttl == 16);
    CHECK(read<Via>(text).maddr == "224.2.0.1");
    CHECK(reprint<Via>("SIP\r\n /\t2.0\r\n /\r\n UDP\r\n h\r\n :\r\n 5060\r\n ;\r\n rport\r\n =\r\n 1") ==
          "SIP/2.0/UDP h:5060;rport=1");
}

TEST_CASE("a blank before nothing but the transport is as good as others") {
    CHECK(read<Via>("SIP/2.0/ UDP h").transport == "UDP");
    CHECK(read<Via>("SIP/2.0/\r\n TCP h:5061").port == 5061);
    CHECK(read<Via>("SIP/2.0 /UDP h").transport == "UDP");
}

TEST_CASE("any protocol, version and transport is read as it is written") {
    for (const auto text : {"SIP/2.0/TLS-SCTP h", "sip/2.0/udp h", "SIP/2.1/UDP h", "SIP/2.0x/UDP h",
                            "OTHER/7/x-carrier-pigeon h:1;x=y"})
        CHECK(reprint<Via>(text) == text);
    CHECK(read<Via>("sip/2.0/udp h").protocol == "sip");
    CHECK(read<Via>("SIP/2.1/UDP h").version == "2.1");
}

TEST_CASE("IPv6 addresses stand in brackets in sent-by, and with or without in parameters") {
    const auto via =
        read<Via>("SIP/2.0/UDP [2001:DB8::9:1]:6050;received=[2001:db8::9:255];branch=z9hG4bKas3");
    CHECK(via.host.text == "[2001:DB8::9:1]");
    CHECK(via.host.address == almon::base::IpAddress::parse("2001:db8::9:1"));
    CHECK(via.port == 6050);
    CHECK(via.received == "[2001:db8::9:255]");
    CHECK(read<Via>("SIP/2.0/UDP [::1];received=2001:db8::9:255;maddr=[ff02::1]").received ==
          "2001:db8::9:255");
    CHECK(read<Via>("SIP/2.0/UDP [::1];maddr=[ff02::1]").maddr == "[ff02::1]");
    CHECK_FALSE(read<Via>("SIP/2.0/UDP [::1]").port.has_value());
}

TEST_CASE("rport is asked for without a value and answered with one") {
    CHECK_FALSE(read<Via>("SIP/2.0/UDP h").has_rport);
    const auto asked = read<Via>("SIP/2.0/UDP h;RPORT;branch=z9hG4bK1");
    CHECK(asked.has_rport);
    CHECK_FALSE(asked.rport.has_value());
    const auto answered = read<Via>("SIP/2.0/UDP h;rport=65535");
    CHECK(answered.has_rport);
    CHECK(answered.rport == 65'535);
}

TEST_CASE("parameters are known in any case, and unknown ones stay in order") {
    const auto via =
        read<Via>("SIP/2.0/UDP h;x=\"a;b,c\\\"\";Branch=z9hG4bK1;TTL=255;alias;Received=::1;y=1;y=2");
    CHECK(via.branch == "z9hG4bK1");
    CHECK(via.ttl == 255);
    CHECK(via.received == "::1");
    CHECK(via.parameters.has("ALIAS"));
    CHECK(via.parameters.value("x") == "\"a;b,c\\\"\"");
    CHECK(printed(via) == "SIP/2.0/UDP h;x=\"a;b,c\\\"\";Branch=z9hG4bK1;TTL=255;alias;Received=::1;y=1;y=2");
}

TEST_CASE("a Via without parameters says nothing about them") {
    const auto via = read<Via>("SIP/2.0/UDP h");
    CHECK(via.branch.empty());
    CHECK(via.received.empty());
    CHECK(via.maddr.empty());
    CHECK_FALSE(via.ttl.has_value());
    CHECK(via.parameters.empty());
}

TEST_CASE("Vias are read in order, whatever the lines that they stand in") {
    const auto lines =
        "v: SIP/2.0/UDP a;x=\",\" , SIP/2.0/TCP b\r\nMax-Forwards: 1\r\nVIA: SIP/2.0/TLS c\r\n";
    CHECK(values<Via>(lines) == Texts{"SIP/2.0/UDP a;x=\",\"", "SIP/2.0/TCP b", "SIP/2.0/TLS c"});
    const auto vias = message(lines);
    CHECK(vias.get<Via>()->text == "SIP/2.0/UDP a;x=\",\"");
    CHECK(vias.find<Via>().value()->host.text == "a");
    CHECK(is_absent<Via>("Vias: SIP/2.0/UDP a\r\n"));
}

TEST_CASE("a sent-protocol that is not whole is refused where it breaks") {
    CHECK(fault<Via>("") == end_at(0, rule));
    CHECK(fault<Via>("/2.0/UDP h") == byte_at(0, rule));
    CHECK(fault<Via>("SIP") == end_at(3, rule));
    CHECK(fault<Via>("SIP//UDP h") == byte_at(4, rule));
    CHECK(fault<Via>("SIP/2.0 h") == byte_at(7, rule));
    CHECK(fault<Via>("SIP/2.0/ ") == end_at(9, rule));
    CHECK(fault<Via>("SIP/2.0//UDP h") == byte_at(8, rule));
    CHECK(fault<Via>("SIP/2.0/UDP") == end_at(11, rule));
    CHECK(fault<Via>("SIP/2.0/UDP;branch=x") == byte_at(11, rule));
}

TEST_CASE("a sent-by that is no host and port is refused where it breaks") {
    CHECK(fault<Via>("SIP/2.0/UDP ;branch=x") == byte_at(12, rule));
    CHECK(fault<Via>("SIP/2.0/UDP h_1") == byte_at(13, whole));
    CHECK(fault<Via>("SIP/2.0/UDP -h") == byte_at(12, rule));
    CHECK(fault<Via>("SIP/2.0/UDP 300.1.1.1") == byte_at(12, rule));
    CHECK(fault<Via>("SIP/2.0/UDP [::1") == end_at(16, rule));
    CHECK(fault<Via>("SIP/2.0/UDP [192.0.2.1]") == byte_at(12, rule));
    CHECK(fault<Via>("SIP/2.0/UDP 2001:db8::1") == byte_at(12, rule));
    CHECK(fault<Via>("SIP/2.0/UDP b\xc3\xbc"
                     "cher.example") == byte_at(13, whole));
    CHECK(fault_after(":") == end_at(1, rule));
    CHECK(fault_after(":x") == byte_at(1, rule));
    CHECK(fault_after(":65536") == Error{Errc::number_too_large, 1, rule});
    CHECK(fault_after(" x") == byte_at(1, whole));
    CHECK(fault_after(",") == end_at(1, whole));
}

TEST_CASE("a parameter that almon acts upon has a value of its kind") {
    CHECK(fault_after(";branch") == byte_at(7, rule));
    CHECK(fault_after(";branch=") == end_at(8, rule));
    CHECK(fault_after(";branch=\"x\"") == byte_at(11, rule));
    CHECK(fault_after(";branch=a:b") == byte_at(11, rule));
    CHECK(fault_after(";received;rport") == byte_at(9, rule));
    CHECK(fault_after(";maddr") == byte_at(6, rule));
    CHECK(fault_after(";ttl") == byte_at(4, rule));
    CHECK(fault_after(";ttl=256") == Error{Errc::number_too_large, 5, rule});
    CHECK(fault_after(";ttl=1x") == byte_at(6, rule));
    CHECK(fault_after(";rport=") == end_at(7, rule));
    CHECK(fault_after(";rport=65536") == Error{Errc::number_too_large, 7, rule});
    CHECK(fault_after(";rport=50x") == byte_at(9, rule));
    CHECK(fault_after(";rport=\"50\"") == byte_at(7, rule));
    CHECK(fault_after(";;branch=x") == byte_at(1, rule));
}

TEST_CASE("a parameter that almon acts upon stands once") {
    const auto repeated = [](std::size_t offset) { return Error{Errc::repeated_field, offset, rule}; };
    CHECK(fault_after(";branch=a;Branch=a") == repeated(18));
    CHECK(fault_after(";received=a;received=b") == repeated(22));
    CHECK(fault_after(";maddr=a;maddr=b") == repeated(16));
    CHECK(fault_after(";ttl=0;ttl=0") == repeated(12));
    CHECK(fault_after(";rport;rport=1") == repeated(14));
}

TEST_CASE("the number of Vias and of their parameters is limited") {
    const auto full = std::string(start) + repeat(";x", limits::parameters);
    CHECK(reprint<Via>(full) == full);
    CHECK(fault<Via>(full + ";x") == Error{Errc::too_large, full.size() + 2, "limits::parameters"});
    const auto many = repeat("v: SIP/2.0/UDP a, SIP/2.0/UDP b\r\n", limits::values_per_field / 2);
    CHECK(values<Via>(many).size() == limits::values_per_field);
    CHECK(values<Via>(many).back() == "SIP/2.0/UDP b");
    CHECK(values<Via>(many + "v: SIP/2.0/UDP c\r\n").back() == "refused: limits::values_per_field");
}
