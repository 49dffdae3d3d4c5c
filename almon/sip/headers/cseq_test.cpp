#include "almon/sip/headers/cseq.hpp"

#include "almon/sip/headers/reading_test.hpp"

using namespace almon::sip;
using namespace almon::sip::test;

namespace {

constexpr auto rule = "RFC 3261 §20.16";
constexpr auto number_rule = "RFC 3261 §8.1.1.5";

}  // namespace

TEST_CASE("a CSeq is a number and a method") {
    const auto cseq = read<CSeq>("4711 INVITE");
    CHECK(cseq.number == 4711);
    CHECK(cseq.method == method::invite);
    CHECK(reprint<CSeq>("4711 INVITE") == "4711 INVITE");
    CHECK(reprint<CSeq>("0 !interesting-Method0123456789_*+`.%indeed'~") ==
          "0 !interesting-Method0123456789_*+`.%indeed'~");
}

TEST_CASE("blanks, folds and leading zeros do not matter in a CSeq") {
    CHECK(reprint<CSeq>("0009\r\n  INVITE") == "9 INVITE");
    CHECK(reprint<CSeq>("1 \t ACK ") == "1 ACK");
    CHECK(reprint<CSeq>("00000000000000000000000000000001 ACK") == "1 ACK");
}

TEST_CASE("the method of a CSeq is compared with case") {
    CHECK(read<CSeq>("1 invite").method != method::invite);
    CHECK(read<CSeq>("1 NEWMETHOD").method == Method("NEWMETHOD"));
}

TEST_CASE("the number of a CSeq is less than 2^31") {
    CHECK(read<CSeq>("2147483647 BYE").number == CSeq::max_number);
    for (const auto text : {"2147483648 BYE", "4294967297 BYE", "36893488147419103232 BYE"})
        CHECK(fault<CSeq>(text) == Error{Errc::number_too_large, 0, number_rule});
}

TEST_CASE("what is no CSeq is refused where it breaks") {
    CHECK(fault<CSeq>("") == end_at(0, number_rule));
    CHECK(fault<CSeq>("INVITE 1") == byte_at(0, number_rule));
    CHECK(fault<CSeq>("-1 INVITE") == byte_at(0, number_rule));
    CHECK(fault<CSeq>("1") == end_at(1, rule));
    CHECK(fault<CSeq>("1INVITE") == byte_at(1, rule));
    CHECK(fault<CSeq>("1,INVITE") == byte_at(1, rule));
    CHECK(fault<CSeq>("1 ") == end_at(2, rule));
    CHECK(fault<CSeq>("1 \"INVITE\"") == byte_at(2, rule));
    CHECK(fault<CSeq>("1 INVITE 2") == byte_at(9, whole));
    CHECK(fault<CSeq>("1 INVITE;x") == byte_at(8, whole));
    CHECK(fault<CSeq>("1 INVITE, 2 ACK") == byte_at(8, whole));
}

TEST_CASE("a fault in a CSeq is told with its place in the message") {
    const auto broken = message("cseq:\r\n 8 ?\r\n");
    const auto error = broken.get<CSeq>().error();
    CHECK(broken.octets().substr(error.offset, 3) == "?\r\n");
    CHECK(broken.find<CSeq>().error() == error);
    CHECK(message("CSEQ: 8 ACK\r\n").count(CSeq::name) == 1);
}
