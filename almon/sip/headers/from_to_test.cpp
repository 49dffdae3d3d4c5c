#include "almon/sip/headers/from_to.hpp"

#include "almon/base/limits.hpp"
#include "almon/sip/headers/reading_test.hpp"

using namespace almon::sip;
using namespace almon::sip::test;

namespace {

constexpr auto from_rule = "RFC 3261 §20.20";
constexpr auto to_rule = "RFC 3261 §20.39";

}  // namespace

TEST_CASE("the From fields of RFC 3261 §20.20 are understood") {
    const auto bell = read<From>("\"A. G. Bell\" <sip:agb@bell-telephone.com> ;tag=a48s");
    CHECK(bell.address.display_text() == "A. G. Bell");
    CHECK(bell.address.uri.text() == "sip:agb@bell-telephone.com");
    CHECK(bell.tag == Tag("a48s"));
    CHECK(printed(bell) == "\"A. G. Bell\" <sip:agb@bell-telephone.com>;tag=a48s");
    const auto server = read<From>("sip:+12125551212@server.phone2net.com;tag=887s");
    CHECK(server.address.uri.user() == "+12125551212");
    CHECK(server.tag == Tag("887s"));
    CHECK(read<From>("Anonymous <sip:c8oqz84zk7z@privacy.org>;tag=hyh8").address.display_name == "Anonymous");
}

TEST_CASE("the To fields of RFC 3261 §20.39 are understood") {
    CHECK(read<To>("The Operator <sip:operator@cs.columbia.edu>;tag=287447").tag == Tag("287447"));
    CHECK(read<To>("sip:+12125551212@server.phone2net.com").tag == Tag());
    CHECK(reprint<To>("<tel:+1-212-555-1212>") == "<tel:+1-212-555-1212>");
}

TEST_CASE("the compact names are those of their fields") {
    const auto both = message("f: <sip:a@b>;tag=1\r\nT:\r\n <sip:c@d>\r\n ; TAG = 2\r\n");
    CHECK(both.get<From>()->tag == Tag("1"));
    CHECK(both.get<To>()->tag == Tag("2"));
    CHECK(both.find<To>().value()->address.uri.user() == "c");
    const auto full = message("FROM: <sip:a@b>\r\nto: <sip:c@d>\r\n");
    CHECK(full.find<From>().value()->address.uri.user() == "a");
    CHECK(full.get<To>()->address.uri.user() == "c");
    CHECK(is_absent<From>("t: <sip:c@d>\r\n"));
    CHECK(is_absent<To>("f: <sip:a@b>\r\n"));
}

TEST_CASE("a tag is compared with case and belongs to the field, not to the URI") {
    CHECK(read<From>("<sip:a@b>;tag=a").tag != Tag("A"));
    CHECK(read<From>("<sip:a@b;tag=x>").tag == Tag());
    CHECK(read<From>("<sip:a@b;tag=x>;y=\";tag=z\"").tag == Tag());
    CHECK(read<From>("<sip:a@b>;tag=-.!%*_+`'~").tag == Tag("-.!%*_+`'~"));
}

TEST_CASE("other parameters stay, in order") {
    const auto party = read<To>("<sip:a@b> ; x = \"\\\"q\\\"\" ;tag=1; isup-oli=0;y=[2001:db8::1]");
    CHECK(party.tag == Tag("1"));
    CHECK(party.parameters.value("isup-oli") == "0");
    CHECK(printed(party) == "<sip:a@b>;x=\"\\\"q\\\"\";tag=1;isup-oli=0;y=[2001:db8::1]");
}

TEST_CASE("names in UTF-8 and IPv6 hosts pass") {
    const auto party = read<From>("\"\xe6\x97\xa5\xe6\x9c\xac \\\"x\\\"\"<sip:a@[2001:db8::9:1]:5070>;tag=1");
    CHECK(party.address.display_text() == "\xe6\x97\xa5\xe6\x9c\xac \"x\"");
    CHECK(party.address.uri.port() == 5070);
    CHECK(party.tag == Tag("1"));
}

TEST_CASE("a tag stands once and is a token") {
    CHECK(fault<From>("<sip:a@b>;tag=1;Tag=1") == Error{Errc::repeated_field, 21, from_rule});
    CHECK(fault<From>("<sip:a@b>;tag") == byte_at(13, from_rule));
    CHECK(fault<From>("<sip:a@b>;tag;tag=1") == byte_at(13, from_rule));
    CHECK(fault<To>("<sip:a@b>;tag=") == end_at(14, to_rule));
    CHECK(fault<To>("<sip:a@b>;tag=\"x\"") == byte_at(17, to_rule));
    CHECK(fault<To>("<sip:a@b>;tag=[x]") == byte_at(17, to_rule));
    CHECK(fault<To>("<sip:a@b>;tag=a@b") == byte_at(15, whole));
}

TEST_CASE("what is no party is refused where it breaks, by the rule of its field") {
    CHECK(fault<From>("\"Bell\" sip:a@b") == byte_at(7, from_rule));
    CHECK(fault<To>("\"Bell\" sip:a@b") == byte_at(7, to_rule));
    CHECK(fault<To>("\"Bell <sip:a@b>") == end_at(0, to_rule));
    CHECK(fault<From>("<sip:a@b") == end_at(8, from_rule));
    CHECK(fault<From>("") == end_at(0, "RFC 3261 §25.1 scheme"));
    CHECK(fault<From>("Bell, Alexander <sip:a@b>") == end_at(4, "RFC 3261 §25.1 scheme"));
    CHECK(fault<To>("sip:a@b?Subject=x") == byte_at(7, whole));
    CHECK(fault<To>("<sip:a@b>, <sip:c@d>") == byte_at(9, whole));
    CHECK(fault<To>("<sip:a@b> tag=1") == byte_at(10, whole));
}

TEST_CASE("the number of parameters of a party is limited") {
    const auto full = "<sip:a@b>;tag=1" + repeat(";x", almon::base::limits::parameters - 1);
    CHECK(reprint<From>(full) == full);
    CHECK(fault<To>(full + ";x") == Error{Errc::too_large, full.size() + 2, "limits::parameters"});
}
