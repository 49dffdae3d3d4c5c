#include "almon/sip/headers/route.hpp"

#include "almon/base/limits.hpp"
#include "almon/sip/headers/path.hpp"
#include "almon/sip/headers/reading_test.hpp"
#include "almon/sip/headers/record_route.hpp"

using namespace almon::sip;
using namespace almon::sip::test;
namespace limits = almon::base::limits;

namespace {

constexpr auto rule = "RFC 3261 §20.34";

}  // namespace

TEST_CASE("the Route of RFC 3261 §20.34 is understood") {
    CHECK(values<Route>("Route: <sip:bigbox3.site3.atlanta.com;lr>,\r\n"
                        "   <sip:server10.biloxi.com;lr>\r\n") ==
          Texts{"<sip:bigbox3.site3.atlanta.com;lr>", "<sip:server10.biloxi.com;lr>"});
}

TEST_CASE("Routes are read in order, whatever the lines that they stand in") {
    const auto set = Texts{"<sip:a;lr>", "<sip:b;lr>", "<sip:c;lr>"};
    CHECK(values<Route>("Route: <sip:a;lr>,<sip:b;lr>\r\nSubject: x\r\nroute: <sip:c;lr>\r\n") == set);
    CHECK(values<Route>("Route: <sip:a;lr>\r\nROUTE: <sip:b;lr> , <sip:c;lr>\r\n") == set);
    CHECK(values<Route>("Routes: <sip:a>\r\n") == Texts{});
}

TEST_CASE("Route, Record-Route and Path do not mix") {
    const auto three = message("Record-Route: <sip:r;lr>\r\nPath: <sip:p;lr>\r\nRoute: <sip:t;lr>\r\n");
    CHECK(three.get<Route>()->address.uri.host().text == "t");
    CHECK(three.get<RecordRoute>()->address.uri.host().text == "r");
    CHECK(three.find<Path>().value()->address.uri.host().text == "p");
}

TEST_CASE("lr makes a hop loose when it belongs to the URI") {
    CHECK(read<Route>("<sip:a;lr>").is_loose());
    CHECK(read<Route>("<sip:a;transport=tcp;LR=on>").is_loose());
    CHECK(read<Path>("<sips:p;%6cr>").is_loose());
    CHECK_FALSE(read<Route>("<sip:a>;lr").is_loose());
    CHECK_FALSE(read<Route>("<sip:a;lrx>").is_loose());
    CHECK_FALSE(read<RecordRoute>("<sip:lr@a?lr=lr>").is_loose());
}

TEST_CASE("a hop keeps its name, its parameters and its text") {
    static constexpr std::string_view text = "\"P, <1>\" <sip:u%40x@[2001:db8::1]:5070;lr;ob> ; x = \"y;z\"";
    const auto hop = read<RecordRoute>(std::string_view(text));
    CHECK(hop.address.display_text() == "P, <1>");
    CHECK(hop.address.uri.port() == 5070);
    CHECK(hop.address.uri.has_parameter("ob"));
    CHECK(hop.parameters.value("X") == "\"y;z\"");
    CHECK(hop.text == text);
    CHECK(printed(hop) == "\"P, <1>\" <sip:u%40x@[2001:db8::1]:5070;lr;ob>;x=\"y;z\"");
    CHECK(read<Route>("<sip:a;lr> , <sip:b>").text == "<sip:a;lr>");
}

TEST_CASE("a hop without brackets is refused by the rule of its field") {
    CHECK(fault<Route>("sip:a;lr") == byte_at(0, rule));
    CHECK(fault<RecordRoute>("sip:a;lr") == byte_at(0, "RFC 3261 §20.30"));
    CHECK(fault<Path>("sip:a;lr") == byte_at(0, "RFC 3327 §4"));
    CHECK(fault<Route>("<sip:a>, sip:b") == byte_at(9, rule));
}

TEST_CASE("what is no hop is refused where it breaks") {
    CHECK(fault<Route>("") == end_at(0, "RFC 3261 §25.1 scheme"));
    CHECK(fault<Route>("<>") == end_at(1, "RFC 3261 §25.1 scheme"));
    CHECK(fault<Route>("<sip:a") == end_at(6, rule));
    CHECK(fault<Route>("<sip:a:0x>") == byte_at(8, "RFC 3261 §25.1 SIP-URI"));
    CHECK(fault<Route>("<sip:a;lr>;") == end_at(11, rule));
    CHECK(fault<Route>("<sip:a;lr>;=x") == byte_at(11, rule));
    CHECK(fault<Route>("<sip:a;lr>,") == end_at(11, whole));
    CHECK(fault<Route>("<sip:a;lr>,,<sip:b>") == end_at(11, "RFC 3261 §25.1 scheme"));
    CHECK(fault<Route>("<sip:a;lr> <sip:b>") == byte_at(11, whole));
}

TEST_CASE("a broken hop ends the route, with its place in the message") {
    const auto lines = "Route: <sip:a;lr>, <sip:b;lr\r\nRoute: <sip:c;lr>\r\n";
    CHECK(values<Route>(lines) == Texts{"<sip:a;lr>", "refused: RFC 3261 §20.34"});
    const auto broken = message("Route: <sip:a;lr>x\r\n");
    CHECK(broken.octets().substr(broken.get<Route>().error().offset, 3) == "x\r\n");
}

TEST_CASE("the number of hops and of their parameters is limited") {
    const auto full = "Route: <sip:a;lr>" + repeat(",<sip:a;lr>", limits::values_per_field - 1) + "\r\n";
    CHECK(values<Route>(full).size() == limits::values_per_field);
    CHECK(values<Route>(full).back() == "<sip:a;lr>");
    CHECK(values<Route>(full + "Route: <sip:z;lr>\r\n").back() == "refused: limits::values_per_field");
    const auto hop = "<sip:a>" + repeat(";x", limits::parameters);
    CHECK(reprint<Path>(hop) == hop);
    CHECK(fault<Path>(hop + ";x") == Error{Errc::too_large, hop.size() + 2, "limits::parameters"});
}
