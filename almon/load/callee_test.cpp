#include "almon/load/callee.hpp"

#include "almon/load/test_world.hpp"
#include "almon/sip/headers/from_to.hpp"

using namespace almon;
using namespace almon::load;

namespace {

const std::string via = "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1";

// A callee by itself, asked by a test.
struct Asked {
    explicit Asked(Duration ring = {}) { plan.ring = ring; }

    std::vector<std::string> ask(const std::string& method, const std::string& to = "<sip:bob@example.com>",
                                 const std::string& its_via = via) {
        callee.receive({3, server_at},
                       method +
                           " sip:bob@192.0.2.9:7000 SIP/2.0\r\nRecord-Route: <sip:192.0.2.1;lr>\r\nVia: " +
                           its_via + "\r\nv: SIP/2.0/UDP far;branch=z9hG4bKfar\r\n" +
                           "f: <sip:alice@example.com>;tag=a\r\nTo: " + to + "\r\ni: call\r\nCSeq: 1 " +
                           method + "\r\nX: y\r\nContent-Length: 0\r\n\r\n",
                       now);
        return said();
    }
    std::vector<std::string> wait(Duration duration) {
        now += duration;
        wheel.advance(now, [&](Due due) { callee.expire(InvitationHandle::from_bits(due.handle), now); });
        return said();
    }
    std::vector<std::string> said() {
        std::vector<std::string> texts;
        for (const auto& packet : outbox.packets()) {
            CHECK(packet.lane == 3);
            CHECK(packet.to == server_at);
            texts.emplace_back(outbox.octets(packet));
        }
        outbox.clear();
        return texts;
    }

    Plan plan = plan_for(Kind::call);
    Locals locals{.lanes = {caller_at}, .callee = callee_at};
    std::string salt = "SALT";
    Outbox outbox;
    base::TimerWheel<Due> wheel;
    Tally tally;
    base::Random random{1};
    Callee callee{{plan, locals, salt, outbox, wheel, tally}, random};
    Instant now = World::start;
};

std::vector<std::string> starts(const std::vector<std::string>& messages) {
    std::vector<std::string> lines;
    for (const auto& message : messages) lines.push_back(start_line(message));
    return lines;
}

// The To of a response, with our tag.
std::string to_of(const std::string& response) {
    const auto message = sip::Message::parse(response).value();
    return std::string(message.value(*message.find_field(sip::To::name)));
}

using Lines = std::vector<std::string>;
const Lines ok{"SIP/2.0 200 OK"}, gone{"SIP/2.0 481 Call/Transaction Does Not Exist"};

}  // namespace

TEST_CASE("an INVITE rings and is answered, with all that a response repeats") {
    Asked asked;
    const auto said = asked.ask("INVITE");
    CHECK(starts(said) == Lines{"SIP/2.0 180 Ringing", "SIP/2.0 200 OK"});
    for (const auto& response : said) {
        const auto message = sip::Message::parse(response, sip::Message::Ends::with_content_length).value();
        for (const auto* line :
             {"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nVia: SIP/2.0/UDP far;branch=z9hG4bKfar\r\n",
              "Record-Route: <sip:192.0.2.1;lr>\r\n", "From: <sip:alice@example.com>;tag=a\r\n",
              "Call-ID: call\r\n", "CSeq: 1 INVITE\r\n", "Contact: <sip:load@192.0.2.9:7000>\r\n"})
            CHECK(response.find(line) != std::string::npos);
        CHECK(to_of(response) == to_of(said[0]));
        CHECK(message.get<sip::To>().value().tag.value().starts_with("SALT"));
    }
    CHECK(said[1].ends_with("a=sendrecv\r\n"));
}

TEST_CASE("a callee rings as long as the plan says") {
    Asked asked(3s);
    CHECK(starts(asked.ask("INVITE")) == Lines{"SIP/2.0 180 Ringing"});
    CHECK(asked.wait(2'999ms).empty());
    CHECK(starts(asked.wait(1ms)) == ok);
}

TEST_CASE("the 200 is repeated until the ACK comes, at growing intervals, for 32 s") {
    Asked asked;
    asked.ask("INVITE");
    std::vector<long> at;
    for (auto ms = 1; ms <= 40'000; ++ms)
        if (!asked.wait(1ms).empty()) at.push_back(ms);
    CHECK(at == std::vector<long>{500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500});
    CHECK(asked.tally.retransmissions == 10);
    CHECK(asked.callee.invitations() == 0);

    Asked acknowledged;
    const auto to = to_of(acknowledged.ask("INVITE")[1]);
    CHECK(acknowledged.ask("ACK", to).empty());
    CHECK(acknowledged.wait(40s).empty());
    CHECK(acknowledged.callee.invitations() == 0);
}

TEST_CASE("an INVITE that comes again gets what was said last, and opens no second call") {
    Asked asked(1s);
    const auto first = asked.ask("INVITE");
    CHECK(asked.ask("INVITE") == first);
    const auto answer = asked.wait(1s);
    CHECK(asked.ask("INVITE") == answer);
    CHECK(asked.callee.invitations() == 1);
    CHECK(asked.ask("INVITE", "<sip:bob@example.com>", via + "2").size() == 1);
    CHECK(asked.callee.invitations() == 2);
}

TEST_CASE("a BYE is confirmed, with its ACK or without, and however often it comes") {
    Asked asked;
    const auto to = to_of(asked.ask("INVITE")[1]);
    for (int i = 0; i < 2; ++i) {
        const auto said = asked.ask("BYE", to, via + "bye");
        CHECK(starts(said) == ok);
        CHECK(to_of(said[0]) == to);
        CHECK(asked.callee.invitations() == 0);
    }
    CHECK(asked.wait(40s).empty());
    CHECK(starts(asked.ask("BYE", "<sip:bob@example.com>;tag=other")) == gone);
}

TEST_CASE("a CANCEL ends what rings, and nothing else") {
    Asked asked(1s);
    asked.ask("INVITE");
    CHECK(starts(asked.ask("CANCEL")) == Lines{"SIP/2.0 200 OK", "SIP/2.0 487 Request Terminated"});
    CHECK(asked.callee.invitations() == 0);
    CHECK(starts(asked.ask("CANCEL")) == gone);
    asked.ask("INVITE");
    asked.wait(1s);
    CHECK(starts(asked.ask("CANCEL")) == ok);
    CHECK(asked.callee.invitations() == 1);
}

TEST_CASE("OPTIONS are answered; what we do not know, and an INVITE inside a dialog, is only counted") {
    Asked asked;
    const auto said = asked.ask("OPTIONS");
    CHECK(starts(said) == ok);
    CHECK(to_of(said[0]) == "<sip:bob@example.com>;tag=SALT");
    CHECK(asked.ask("INVITE", "<sip:bob@example.com>;tag=x").empty());
    CHECK(asked.ask("MESSAGE").empty());
    asked.callee.receive({3, server_at}, "\r\n", asked.now);
    asked.callee.receive({3, server_at}, "", asked.now);
    CHECK(asked.said().empty());
    CHECK(asked.tally.unexpected == 4);
}
