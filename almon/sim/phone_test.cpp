#include "almon/sim/phone.hpp"

#include "almon/sim/test_phone.hpp"

using namespace almon;
using namespace almon::sim;
using namespace std::chrono_literals;
using State = Call::State;

namespace {

const std::string bobs_contact = "Contact: <sip:bob@192.0.2.1:5060>\r\n";

// The phone has called bob.
struct Calling : TestPhone {
    Calling() {
        phone.calls("bob");
        pass(10ms);
    }
    const Call& call() const { return phone.call(0); }
    void talk() {
        answer("INVITE", 200, bobs_contact);
        REQUIRE(call().state == State::talking);
    }
};

// Bob has called the phone.
struct Called : TestPhone {
    explicit Called(Behaviour behaviour = {}, std::string_view more = {}) {
        phone.when_called = behaviour;
        send(request("INVITE", 1, more));
    }
    static std::string request(const std::string& method, int cseq, std::string_view more = {},
                               const std::string& tag = {}) {
        // An ACK to a 2xx and a CANCEL have their own branch, or that of the INVITE (§17.1.1.3, §9.1).
        const auto branch = method == "CANCEL" ? "INVITE" : method;
        return method +
               " sip:alice@192.0.2.2:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK" +
               branch + "\r\nMax-Forwards: 70\r\nFrom: <sip:bob@example.com>;tag=b\r\n" +
               "To: <sip:alice@example.com>" + (tag.empty() ? "" : ";tag=") + tag +
               "\r\nCall-ID: c1\r\nCSeq: " + std::to_string(cseq) + " " + method + "\r\n" + bobs_contact +
               std::string(more) + "Content-Length: 0\r\n\r\n";
    }
    // Of bob, in the dialog.
    void send_in_dialog(const std::string& method, int cseq) {
        send(request(method, cseq, {}, phone.call(0).local_tag));
    }
    const Call& call() const { return phone.call(0); }
};

}  // namespace

// --- It calls.

TEST_CASE("a phone calls with an offer, hears the ringing, and acknowledges the answer") {
    Calling lab;
    const auto invite = lab.last("INVITE");
    CHECK(invite.starts_with("INVITE sip:bob@example.com SIP/2.0\r\n"));
    CHECK(field(invite, "Content-Type") == "application/sdp");
    CHECK(lab.call().state == State::ringing);
    CHECK_FALSE(lab.call().has_rung);
    lab.answer("INVITE", 180);
    CHECK(lab.call().has_rung);
    lab.talk();
    const auto ack = lab.last("ACK");
    CHECK(ack.starts_with("ACK sip:bob@192.0.2.1:5060 SIP/2.0\r\n"));
    CHECK(field(ack, "To") == "<sip:bob@example.com>;tag=b");
    CHECK(field(ack, "CSeq") == "1 ACK");
}

TEST_CASE("a whole URI is called as it is") {
    TestPhone lab;
    lab.phone.calls("sip:carol@example.org");
    lab.pass(10ms);
    CHECK(lab.last("INVITE").starts_with("INVITE sip:carol@example.org SIP/2.0\r\n"));
}

TEST_CASE("each repeat of a 2xx is acknowledged again, and changes nothing") {
    Calling lab;
    lab.talk();
    lab.answer("INVITE", 200, bobs_contact);
    CHECK(lab.count("ACK") == 2);
    CHECK(lab.phone.calls().size() == 1);
}

TEST_CASE("a second callee who accepts is acknowledged and hung up") {
    Calling lab;
    lab.talk();
    for (int repeat = 1; repeat <= 2; ++repeat) {
        lab.answer("INVITE", 200, bobs_contact, "another");
        CHECK(field(lab.last("ACK"), "To").ends_with(";tag=another"));
        CHECK(field(lab.last("BYE"), "To").ends_with(";tag=another"));
    }
    CHECK(lab.count("ACK") == 3);
    CHECK(lab.call().state == State::talking);
    REQUIRE(lab.phone.calls().size() == 2);
    CHECK(lab.phone.call(1).state == State::over);
}

TEST_CASE("a challenge to a call is answered with credentials and the next number, a second one ends it") {
    Calling lab;
    lab.answer("INVITE", 407, challenge("Proxy-Authenticate", "n1"));
    const auto again = lab.last("INVITE");
    CHECK(field(again, "CSeq") == "2 INVITE");
    CHECK(field(again, "Proxy-Authorization").starts_with("Digest username=\"alice\""));
    CHECK(lab.call().state == State::ringing);
    lab.answer("INVITE", 407, challenge("Proxy-Authenticate", "n2"));
    CHECK(lab.call().state == State::over);
    CHECK(lab.call().status == 407);
}

TEST_CASE("a call that is refused is over, with that status") {
    for (const auto status : std::initializer_list<std::uint16_t>{302, 404, 486, 500, 603}) {
        Calling lab;
        lab.answer("INVITE", status);
        CHECK(lab.call().state == State::over);
        CHECK(lab.call().status == status);
        CHECK(field(lab.last("ACK"), "CSeq") == "1 ACK");
    }
}

TEST_CASE(
    "without any answer a call is 408 after 32 seconds; one that only rings is given up after minutes") {
    Calling lab;
    lab.pass(31s);
    CHECK(lab.call().state == State::ringing);
    lab.pass(1s);
    CHECK(lab.call().status == 408);
    Calling rings;
    rings.answer("INVITE", 180);
    rings.pass(239s);
    CHECK(rings.call().state == State::ringing);
    rings.pass(1s);
    CHECK(rings.call().state == State::over);
    CHECK(rings.call().status == 0);
}

TEST_CASE("who hangs up while it rings cancels, once, and is told 487") {
    Calling lab;
    lab.answer("INVITE", 180);
    lab.phone.hangs_up(0);
    lab.phone.hangs_up(0);
    lab.pass(10ms);
    CHECK(lab.count("CANCEL") == 1);
    lab.answer("CANCEL", 200);
    lab.answer("INVITE", 487);
    CHECK(lab.call().status == 487);
}

TEST_CASE("a CANCEL waits for the first provisional answer") {
    Calling lab;
    lab.phone.hangs_up(0);
    lab.pass(100ms);
    CHECK(lab.count("CANCEL") == 0);
    lab.answer("INVITE", 100);
    lab.answer("INVITE", 180);
    CHECK(lab.count("CANCEL") == 1);
}

TEST_CASE("an answer that crosses the CANCEL is acknowledged, and the call ended") {
    Calling lab;
    lab.answer("INVITE", 180);
    lab.phone.hangs_up(0);
    lab.answer("INVITE", 200, bobs_contact);
    CHECK(lab.count("ACK") == 1);
    CHECK(lab.count("BYE") == 1);
    CHECK(lab.call().state == State::over);
}

TEST_CASE("who hangs up before the challenge has come does not call again") {
    Calling lab;
    lab.phone.hangs_up(0);
    lab.answer("INVITE", 407, challenge("Proxy-Authenticate", "n1"));
    CHECK(lab.count("INVITE") == 1);
    CHECK(lab.call().status == 407);
}

TEST_CASE("requests in a dialog pass the route set, in reverse for the caller") {
    Calling lab;
    lab.answer("INVITE", 200,
               bobs_contact + "Record-Route: <sip:192.0.2.8;lr>\r\nRecord-Route: <sip:192.0.2.1;lr>\r\n");
    lab.phone.hangs_up(0);
    lab.pass(10ms);
    for (const auto* method : {"ACK", "BYE"}) {
        const auto request = lab.last(method);
        CHECK(request.find("\r\nRoute: <sip:192.0.2.1;lr>\r\nRoute: <sip:192.0.2.8;lr>\r\n") != request.npos);
    }
    CHECK(field(lab.last("BYE"), "CSeq") == "2 BYE");
    CHECK(lab.call().state == State::over);
}

TEST_CASE("a BYE that nobody answers is remembered as lost") {
    Calling lab;
    lab.talk();
    lab.phone.hangs_up(0);
    lab.pass(31s);
    CHECK_FALSE(lab.call().is_bye_lost);
    lab.pass(2s);
    CHECK(lab.call().is_bye_lost);
}

// --- It is called.

TEST_CASE("a phone that is called rings for its time, answers, and takes the BYE") {
    Called lab({.ring_for = 2s});
    CHECK(lab.count("SIP/2.0 180") == 1);
    lab.pass(1'900ms);
    CHECK(lab.count("SIP/2.0 200") == 0);
    lab.pass(100ms);
    CHECK(field(lab.last("SIP/2.0 200"), "Contact") == "<sip:alice@192.0.2.2:5060>");
    CHECK(field(lab.last("SIP/2.0 200"), "To").ends_with(";tag=" + lab.call().local_tag));
    lab.send_in_dialog("ACK", 1);
    CHECK(lab.call().is_confirmed);
    lab.send_in_dialog("BYE", 2);
    CHECK(field(lab.last("SIP/2.0 200"), "CSeq") == "2 BYE");
    CHECK(lab.call().state == State::over);
}

TEST_CASE("the 200 is repeated at doubling intervals until the ACK comes") {
    Called lab({.ring_for = 0s});
    CHECK(lab.count("SIP/2.0 180") == 0);
    lab.pass(4s);  // 0, 0.5, 1.5 and 3.5 s
    CHECK(lab.count("SIP/2.0 200") == 4);
    lab.send_in_dialog("ACK", 1);
    lab.pass(60s);
    CHECK(lab.count("SIP/2.0 200") == 4);
}

TEST_CASE("an answer that nobody acknowledges is ended with a BYE after 32 seconds") {
    Called lab({.ring_for = 0s});
    lab.pass(31'900ms);
    CHECK(lab.count("BYE") == 0);
    lab.pass(100ms);
    CHECK(lab.last("BYE").starts_with("BYE sip:bob@192.0.2.1:5060 SIP/2.0\r\n"));
    CHECK(lab.call().state == State::over);
}

TEST_CASE("a phone that is busy says so after its ringing, and one that rings is declined by hanging up") {
    Called busy({.ring_for = 0s, .answer = 486});
    CHECK(busy.count("SIP/2.0 486") == 1);
    CHECK(busy.call().status == 486);
    Called rings({.answer = 0});
    rings.pass(3min);
    CHECK(rings.call().state == State::ringing);
    rings.phone.hangs_up(0);
    rings.pass(10ms);
    CHECK(rings.count("SIP/2.0 603") == 1);
    CHECK(rings.call().state == State::over);
}

TEST_CASE("a CANCEL ends the ringing with 487; after the answer it is too late") {
    Called lab({.answer = 0});
    lab.send(lab.request("CANCEL", 1));
    CHECK(field(lab.last("SIP/2.0 200"), "CSeq") == "1 CANCEL");
    CHECK(lab.count("SIP/2.0 487") == 1);
    CHECK(lab.call().status == 487);
    Called answered({.ring_for = 0s});
    answered.send(answered.request("CANCEL", 1));
    CHECK(answered.count("SIP/2.0 487") == 0);
    CHECK(answered.call().state == State::talking);
}

TEST_CASE("a callee who hangs up before the ACK has come sends the BYE after it") {
    Called lab({.ring_for = 0s});
    lab.phone.hangs_up(0);
    lab.pass(10ms);
    CHECK(lab.count("BYE") == 0);
    lab.send_in_dialog("ACK", 1);
    CHECK(lab.count("BYE") == 1);
    CHECK(lab.call().state == State::over);
}

TEST_CASE("the route set of a callee is that of the INVITE, in its order") {
    Called lab({.ring_for = 0s}, "Record-Route: <sip:192.0.2.1;lr>\r\nRecord-Route: <sip:192.0.2.8;lr>\r\n");
    const auto answer = lab.last("SIP/2.0 200");
    CHECK(answer.find("\r\nRecord-Route: <sip:192.0.2.1;lr>\r\n") != answer.npos);
    lab.send_in_dialog("ACK", 1);
    lab.phone.hangs_up(0);
    lab.pass(10ms);
    const auto bye = lab.last("BYE");
    CHECK(bye.find("\r\nRoute: <sip:192.0.2.1;lr>\r\nRoute: <sip:192.0.2.8;lr>\r\n") != bye.npos);
}

TEST_CASE("what belongs to no call, or is more than the phone can do, is refused") {
    struct Row {
        std::string method, tag;
        std::string_view answer;
    };
    for (const auto& [method, tag, answer] : {Row{"BYE", "none", "SIP/2.0 481"},
                                              {"INVITE", "none", "SIP/2.0 481"},
                                              {"CANCEL", "", "SIP/2.0 481"},
                                              {"OPTIONS", "", "SIP/2.0 405"}}) {
        CAPTURE(method);
        TestPhone lab;
        lab.send(Called::request(method, 1, {}, tag));
        CHECK(lab.count(answer) == 1);
        CHECK(lab.phone.calls().empty());
    }
}

// --- Streams.

TEST_CASE("a phone on TCP keeps one stream to its server, and opens another when that is lost") {
    TestPhone lab(sip::Transport::tcp);
    lab.phone.registers();
    lab.phone.calls("bob");
    lab.pass(10ms);
    CHECK(lab.count("(opened)") == 1);
    CHECK(lab.count("REGISTER") + lab.count("INVITE") == 2);
    lab.phone.loses_its_streams();
    lab.pass(10ms);
    CHECK(lab.phone.streams_lost() == 1);
    CHECK(lab.count("(closed)") == 1);
    lab.phone.calls("carol");
    lab.pass(10ms);
    CHECK(lab.count("(opened)") == 2);
    CHECK(lab.count("INVITE sip:carol@") == 1);
}

TEST_CASE("a stream that was never open is not lost, but the calls that waited for it are over") {
    TestPhone lab(sip::Transport::tcp);
    lab.phone.calls("bob");
    lab.phone.loses_its_streams();
    CHECK(lab.phone.streams_lost() == 0);
    CHECK(lab.phone.call(0).status == 408);
    CHECK(lab.server.heard.empty());
}

TEST_CASE("when all is over, no transaction is left") {
    Called lab({.ring_for = 0s});
    lab.send_in_dialog("ACK", 1);
    lab.phone.calls("bob");
    lab.pass(10ms);
    lab.answer("INVITE", 486);
    lab.phone.hangs_up(0);
    lab.pass(10ms);
    lab.answer("BYE", 200);
    CHECK(lab.phone.transactions() > 0);
    lab.pass(40s);
    CHECK(lab.phone.transactions() == 0);
}
