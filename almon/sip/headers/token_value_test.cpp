#include "almon/sip/headers/token_value.hpp"

#include "almon/base/limits.hpp"
#include "almon/sip/headers/allow.hpp"
#include "almon/sip/headers/proxy_require.hpp"
#include "almon/sip/headers/reading_test.hpp"
#include "almon/sip/headers/require.hpp"
#include "almon/sip/headers/supported.hpp"
#include "almon/sip/headers/unsupported.hpp"

using namespace almon::sip;
using namespace almon::sip::test;
namespace limits = almon::base::limits;

TEST_CASE("tokens are read one by one, whatever the lines that they stand in") {
    CHECK(values<Allow>("Allow: INVITE, ACK ,OPTIONS\r\n\t,\r\n BYE\r\nallow:x\r\n") ==
          Texts{"INVITE", "ACK", "OPTIONS", "BYE", "x"});
    CHECK(values<Require>("REQUIRE: 100rel\r\nTo: <sip:a@b>\r\nRequire: path,gruu\r\n") ==
          Texts{"100rel", "path", "gruu"});
    CHECK(values<ProxyRequire>("Proxy-Require: foo , sec-agree\r\n") == Texts{"foo", "sec-agree"});
    CHECK(values<Unsupported>("Unsupported: -.!%*_+`'~\r\n") == Texts{"-.!%*_+`'~"});
}

TEST_CASE("tokens keep their case") {
    CHECK(read<Allow>("Invite").token == "Invite");
    CHECK(reprint<Supported>("100REL") == "100REL");
}

TEST_CASE("Supported is found under both of its names") {
    CHECK(values<Supported>("k: path, outbound\r\nSupported: gruu\r\nK:timer\r\n") ==
          Texts{"path", "outbound", "gruu", "timer"});
    const auto both = message("k: path\r\n");
    CHECK(both.get<Supported>()->token == "path");
    CHECK(both.find<Supported>().value()->token == "path");
    CHECK_FALSE(both.has(Require::name));
    CHECK_FALSE(both.has(Unsupported::name));
}

TEST_CASE("Allow and Supported may be empty: they are there, without values") {
    const auto empty = message("Allow:\r\nSupported: \r\n \r\n");
    CHECK(empty.has(Allow::name));
    CHECK(empty.has(Supported::name));
    CHECK_FALSE(empty.find<Allow>().value().has_value());
    CHECK(values<Supported>("Supported:\r\nk: path\r\nSupported:\r\n") == Texts{"path"});
    CHECK(empty.get<Allow>().error().code == Errc::unexpected_end);
    CHECK(is_absent<Allow>("Supported: x\r\n"));
}

TEST_CASE("the other lists need a value") {
    CHECK(values<Require>("Require:\r\n") == Texts{"refused: RFC 3261 §20.32"});
    CHECK(values<ProxyRequire>("Proxy-Require:\r\n") == Texts{"refused: RFC 3261 §20.29"});
    CHECK(values<Unsupported>("Unsupported:\r\n") == Texts{"refused: RFC 3261 §20.40"});
    CHECK(fault_of_field<Require>("Require: \r\n") == Errc::unexpected_end);
}

TEST_CASE("a list that is broken is refused where it breaks, by the rule of its field") {
    CHECK(fault<Allow>(",INVITE") == byte_at(0, "RFC 3261 §20.5"));
    CHECK(fault<Supported>("a,,b") == byte_at(2, "RFC 3261 §20.37"));
    CHECK(fault<Require>("a, \"b\"") == byte_at(3, Require::rule));
    CHECK(fault<Require>("\xc3\xa4") == byte_at(0, Require::rule));
    CHECK(fault<Require>("a,") == end_at(2, whole));
    CHECK(fault<Require>("a , ") == end_at(4, whole));
    CHECK(fault<Require>("a b") == byte_at(2, whole));
    CHECK(fault<Require>("a;b") == byte_at(1, whole));
    CHECK(fault<Require>("a/b") == byte_at(1, whole));
}

TEST_CASE("values before the broken one are read") {
    CHECK(values<Require>("Require: a, b, @\r\nRequire: c\r\n") ==
          Texts{"a", "b", "refused: RFC 3261 §20.32"});
    const auto broken = message("Require: a, @\r\n");
    CHECK(broken.get<Require>()->token == "a");
    CHECK(broken.find<Require>().value()->token == "a");
}

TEST_CASE("the number of tokens is limited, over all fields of a name") {
    const auto full = "k: a" + repeat(",b", limits::values_per_field - 2) + "\r\nSupported: c\r\n";
    CHECK(values<Supported>(full).size() == limits::values_per_field);
    CHECK(values<Supported>(full).back() == "c");
    const auto over = values<Supported>(full + "k: d, e\r\n");
    CHECK(over.size() == limits::values_per_field + 1);
    CHECK(over.back() == "refused: limits::values_per_field");
}
