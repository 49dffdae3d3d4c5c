#include "almon/sip/headers/contact.hpp"

#include "almon/base/limits.hpp"
#include "almon/sip/headers/reading_test.hpp"

using namespace almon::sip;
using namespace almon::sip::test;
namespace limits = almon::base::limits;

namespace {

constexpr auto rule = "RFC 3261 §20.10";
constexpr auto q_rule = "RFC 3261 §25.1 qvalue";
constexpr auto id_rule = "RFC 5626 §4.2";

constexpr std::string_view address = "<sip:a@b>;";

std::string with(std::string_view parameter) {
    return std::string(address).append(parameter);
}

// Counted from the first octet of the parameter.
Error fault_in(std::string_view parameter) {
    auto error = fault<Contact>(with(parameter));
    error.offset -= address.size();
    return error;
}

}  // namespace

TEST_CASE("the Contacts of RFC 3261 §20.10 are understood") {
    const auto lines =
        "Contact: \"Mr. Watson\" <sip:watson@worcester.bell-telephone.com>\r\n"
        "   ;q=0.7; expires=3600,\r\n"
        "   \"Mr. Watson\" <mailto:watson@bell-telephone.com> ;q=0.1\r\n"
        "m: <sips:bob@192.0.2.4>;expires=60\r\n";
    CHECK(values<Contact>(lines) ==
          Texts{"\"Mr. Watson\" <sip:watson@worcester.bell-telephone.com>;q=0.7;expires=3600",
                "\"Mr. Watson\" <mailto:watson@bell-telephone.com>;q=0.1",
                "<sips:bob@192.0.2.4>;expires=60"});
    const auto two = message(lines);
    CHECK(two.count(Contact::name) == 2);
    CHECK(two.get<Contact>()->q == 700);
    CHECK(two.find<Contact>().value()->expires == 3'600U);
    CHECK(two.get<Contact>()->address.display_text() == "Mr. Watson");
}

TEST_CASE("a Contact keeps all of its parameters, known or not, and its text") {
    static constexpr std::string_view text =
        "<sip:a@b;x=1?h=v> ; Q = 0.25;methods=\"INVITE,\\\"ACK\\\"\" ;+sip.instance=\"<urn:uuid:1>\""
        ";reg-id=7;audio;EXPIRES=0";
    const auto contact = read<Contact>(text);
    CHECK_FALSE(contact.is_wildcard);
    CHECK(contact.q == 250);
    CHECK(contact.expires == 0U);
    CHECK(contact.instance == "\"<urn:uuid:1>\"");
    CHECK(contact.reg_id == 7U);
    CHECK(contact.parameters.has("audio"));
    CHECK(contact.parameters.value("methods") == "\"INVITE,\\\"ACK\\\"\"");
    CHECK(contact.address.uri.headers() == "h=v");
    CHECK(contact.text == text);
    CHECK(printed(contact) ==
          "<sip:a@b;x=1?h=v>;Q=0.25;methods=\"INVITE,\\\"ACK\\\"\";+sip.instance=\"<urn:uuid:1>\""
          ";reg-id=7;audio;EXPIRES=0");
}

TEST_CASE("without parameters a Contact says nothing about them") {
    const auto contact = read<Contact>("<sip:a@b;q=1;expires=1;reg-id=1>");
    CHECK_FALSE(contact.q.has_value());
    CHECK_FALSE(contact.expires.has_value());
    CHECK_FALSE(contact.reg_id.has_value());
    CHECK(contact.instance.empty());
    CHECK(contact.parameters.empty());
}

TEST_CASE("without brackets the parameters are those of the Contact") {
    const auto contact = read<Contact>("sip:a@[2001:db8::1]:5070;q=1;transport=tcp");
    CHECK(contact.q == 1'000);
    CHECK(contact.address.uri.host().text == "[2001:db8::1]");
    CHECK(contact.address.uri.port() == 5070);
    CHECK_FALSE(contact.address.uri.has_parameter("transport"));
    CHECK(printed(contact) == "<sip:a@[2001:db8::1]:5070>;q=1;transport=tcp");
    CHECK(fault<Contact>("sip:a@b?x=y") == byte_at(7, whole));
}

TEST_CASE("a lone star means all bindings") {
    CHECK(read<Contact>("*").is_wildcard);
    CHECK(read<Contact>("* ").text == "*");
    CHECK(reprint<Contact>("*") == "*");
    CHECK(values<Contact>("m:*\r\n") == Texts{"*"});
    CHECK(values<Contact>("Contact: * , <sip:a@b>\r\n") == Texts{"*", "<sip:a@b>"});
    CHECK(fault<Contact>("*;q=1").code == Errc::unexpected_byte);
    CHECK(fault<Contact>("**").code == Errc::unexpected_byte);
    CHECK(fault<Contact>("* x").code == Errc::unexpected_byte);
}

TEST_CASE("a display name may begin with a star, or be one") {
    CHECK(read<Contact>("*21 <sip:a@b>").address.display_name == "*21");
    CHECK_FALSE(read<Contact>("* <sip:a@b>").is_wildcard);
    CHECK(reprint<Contact>("*<sip:a@b>;q=1") == "* <sip:a@b>;q=1");
}

TEST_CASE("display names in UTF-8 and with commas are one value") {
    CHECK(values<Contact>("Contact: \"J\xc3\xb8rn, <x>\" <sip:a@b>, <sip:c@d,e>\r\n") ==
          Texts{"\"J\xc3\xb8rn, <x>\" <sip:a@b>", "refused: RFC 3261 §25.1 SIP-URI"});
    CHECK(values<Contact>("Contact: \"J\xc3\xb8rn, <x>\" <sip:a@b>, <sip:c,d@e>\r\n") ==
          Texts{"\"J\xc3\xb8rn, <x>\" <sip:a@b>", "<sip:c,d@e>"});
}

TEST_CASE("an expires that nobody can read counts as an hour") {
    CHECK(read<Contact>(with("expires=60")).expires == 60U);
    CHECK(read<Contact>(with("expires=007")).expires == 7U);
    CHECK(read<Contact>(with("expires=4294967295")).expires == 4'294'967'295U);
    for (const auto text : {"expires", "expires=4294967296", "expires=1000000000000000000000", "expires=soon",
                            "expires=60s", "expires=\"60\"", "expires=-1", "expires=1.5"})
        CHECK_MESSAGE(read<Contact>(with(text)).expires == 3'600U, text);
}

TEST_CASE("a q is a qvalue") {
    CHECK(read<Contact>(with("q=0")).q == 0);
    CHECK(read<Contact>(with("q=1.000")).q == 1'000);
    CHECK(read<Contact>(with("q=0.005")).q == 5);
    CHECK(fault_in("q") == end_at(1, q_rule));
    CHECK(fault_in("q=1.001") == Error{Errc::number_too_large, 2, q_rule});
    CHECK(fault_in("q=0.1234") == byte_at(7, q_rule));
    CHECK(fault_in("q=\"1\"") == byte_at(2, q_rule));
    CHECK(fault_in("q=2") == byte_at(2, q_rule));
    CHECK(fault_in("q=0.5x") == byte_at(5, rule));
}

TEST_CASE("a reg-id is a number from 1 to 2^31-1") {
    CHECK(read<Contact>(with("Reg-ID=1")).reg_id == 1U);
    CHECK(read<Contact>(with("reg-id=2147483647")).reg_id == 2'147'483'647U);
    CHECK(fault_in("reg-id=0") == Error{Errc::number_too_large, 7, id_rule});
    CHECK(fault_in("reg-id=2147483648") == Error{Errc::number_too_large, 7, id_rule});
    CHECK(fault_in("reg-id=x") == byte_at(7, id_rule));
    CHECK(fault_in("reg-id=1x") == byte_at(8, id_rule));
    CHECK(fault_in("reg-id") == end_at(6, id_rule));
}

TEST_CASE("a parameter that almon acts upon stands once, others as often as they like") {
    const auto repeated = [](std::size_t offset) { return Error{Errc::repeated_field, offset, rule}; };
    CHECK(fault_in("q=1;Q=1") == repeated(7));
    CHECK(fault_in("expires=1;expires=2") == repeated(19));
    CHECK(fault_in("reg-id=1;reg-id=1") == repeated(17));
    CHECK(fault_in("+sip.instance=\"<urn:a>\";+SIP.instance=\"<urn:a>\"") == repeated(47));
    CHECK(read<Contact>("<sip:a@b>;x=1;x=2").parameters.value("x") == "1");
}

TEST_CASE("an instance without a value is refused") {
    CHECK(fault_in("+sip.instance;q=1") == byte_at(13, rule));
    CHECK(fault_in("+sip.instance=") == end_at(14, rule));
}

TEST_CASE("what is no Contact is refused where it breaks") {
    CHECK(fault<Contact>("") == end_at(0, "RFC 3261 §25.1 scheme"));
    CHECK(fault<Contact>("\"Bob\" sip:a@b") == byte_at(6, rule));
    CHECK(fault<Contact>("\"Bob <sip:a@b>") == end_at(0, rule));
    CHECK(fault<Contact>("<sip:a@b") == end_at(8, rule));
    CHECK(fault<Contact>("<sip:a@b>x") == byte_at(9, whole));
    CHECK(fault<Contact>("<sip:a@b>;") == end_at(10, rule));
    CHECK(fault<Contact>("<sip:a@b>;;q=1") == byte_at(10, rule));
    CHECK(fault<Contact>("<sip:a@b>,") == end_at(10, whole));
    CHECK(fault<Contact>("<sip:a@b>,,<sip:a@b>") == end_at(10, "RFC 3261 §25.1 scheme"));
    CHECK(fault<Contact>("<sip:a@b>, sip:c@d:x") == byte_at(19, "RFC 3261 §25.1 port"));
}

TEST_CASE("the number of parameters and of Contacts is limited") {
    const auto full = "<sip:a@b>" + repeat(";x", limits::parameters);
    CHECK(reprint<Contact>(full) == full);
    CHECK(fault<Contact>(full + ";x") == Error{Errc::too_large, full.size() + 2, "limits::parameters"});
    const auto many = "Contact: <sip:a@b>" + repeat(",<sip:a@b>", limits::values_per_field - 1) + "\r\n";
    CHECK(values<Contact>(many).size() == limits::values_per_field);
    CHECK(values<Contact>(many).back() == "<sip:a@b>");
    CHECK(values<Contact>(many + "m: *\r\n").back() == "refused: limits::values_per_field");
}
