#include "almon/sim/registration.hpp"

#include "almon/sim/test_phone.hpp"

using namespace almon;
using namespace almon::sim;
using namespace std::chrono_literals;

namespace {

const std::string bound = "Contact: <sip:alice@192.0.2.2:5060>;expires=60\r\n";

struct Registering : TestPhone {
    Registering() {
        phone.registers(60s);
        pass(10ms);
    }
};

}  // namespace

TEST_CASE("a REGISTER asks for the own contact, and its 200 says until when that is bound") {
    Registering lab;
    CHECK(lab.phone.is_registering());
    CHECK(lab.last("REGISTER").starts_with("REGISTER sip:example.com SIP/2.0\r\n"));
    CHECK(field(lab.last("REGISTER"), "To") == "<sip:alice@example.com>");
    CHECK(field(lab.last("REGISTER"), "Contact") == "<sip:alice@192.0.2.2:5060>;expires=60");
    CHECK(field(lab.last("REGISTER"), "CSeq") == "1 REGISTER");
    lab.answer("REGISTER", 200, bound + "Contact: <sip:alice@192.0.2.77:5060>;expires=9\r\n");
    CHECK_FALSE(lab.phone.is_registering());
    CHECK(lab.phone.register_status() == 200);
    lab.pass(20s);
    CHECK(lab.phone.is_registered());
}

TEST_CASE("a binding is refreshed at half of its time, with one Call-ID and rising numbers") {
    Registering lab;
    const auto call_id = field(lab.last("REGISTER"), "Call-ID");
    lab.answer("REGISTER", 200, bound);
    lab.pass(29s);
    CHECK(lab.count("REGISTER") == 1);
    lab.pass(1s);
    REQUIRE(lab.count("REGISTER") == 2);
    CHECK(field(lab.last("REGISTER"), "Call-ID") == call_id);
    CHECK(field(lab.last("REGISTER"), "CSeq") == "2 REGISTER");
    lab.pass(31s);
    CHECK_FALSE(lab.phone.is_registered());
}

TEST_CASE("a challenge is answered at once, and later requests carry credentials from the start") {
    Registering lab;
    CHECK(field(lab.last("REGISTER"), "Authorization").empty());
    lab.answer("REGISTER", 401, challenge("WWW-Authenticate", "n1"));
    REQUIRE(lab.count("REGISTER") == 2);
    CHECK(field(lab.last("REGISTER"), "Authorization").find("nc=00000001") != std::string::npos);
    CHECK(field(lab.last("REGISTER"), "CSeq") == "2 REGISTER");
    lab.answer("REGISTER", 200, bound);
    lab.phone.unregisters();
    lab.pass(10ms);
    CHECK(field(lab.last("REGISTER"), "Authorization").find("nc=00000002") != std::string::npos);
}

TEST_CASE("what is refused, or not answered at all, is tried again after a pause of five to seven seconds") {
    for (const auto status : std::initializer_list<std::uint16_t>{401, 403, 503, 0}) {
        CAPTURE(status);
        Registering lab;
        if (status == 401) lab.answer("REGISTER", 401, challenge("WWW-Authenticate", "n1"));
        status == 0 ? lab.pass(32s) : lab.answer("REGISTER", status, challenge("WWW-Authenticate", "n2"));
        CHECK_FALSE(lab.phone.is_registering());
        CHECK(lab.phone.register_status() == (status == 0 ? 408 : status));
        const auto before = lab.count("REGISTER");
        lab.pass(4'900ms);
        CHECK(lab.count("REGISTER") == before);
        lab.pass(2'200ms);
        CHECK(lab.count("REGISTER") > before);
        lab.answer("REGISTER", 200, bound);
        CHECK(lab.phone.is_registered());
    }
}

TEST_CASE("who changes his mind while a REGISTER is under way sends the next one after its answer") {
    Registering lab;
    lab.phone.unregisters();
    lab.pass(10ms);
    CHECK(lab.count("REGISTER") == 1);
    CHECK_FALSE(lab.phone.wants_registration());
    lab.answer("REGISTER", 200, bound);
    REQUIRE(lab.count("REGISTER") == 2);
    CHECK(lab.phone.is_registering());
    CHECK(field(lab.last("REGISTER"), "Contact").ends_with(";expires=0"));
    lab.answer("REGISTER", 200);
    CHECK_FALSE(lab.phone.is_registering());
    CHECK_FALSE(lab.phone.is_registered());
    lab.pass(2min);
    CHECK(lab.count("REGISTER") == 2);
}

TEST_CASE("a challenge to a REGISTER that is out of date is answered by the one that is not") {
    Registering lab;
    lab.phone.unregisters();
    lab.answer("REGISTER", 401, challenge("WWW-Authenticate", "n1"));
    REQUIRE(lab.count("REGISTER") == 2);
    CHECK(field(lab.last("REGISTER"), "Contact").ends_with(";expires=0"));
    lab.answer("REGISTER", 200);
    CHECK(lab.count("REGISTER") == 2);
}
