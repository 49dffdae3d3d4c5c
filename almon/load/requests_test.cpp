#include "almon/load/requests.hpp"

#include <doctest/doctest.h>

#include "almon/load/test_world.hpp"
#include "almon/sip/envelope.hpp"
#include "almon/sip/headers/contact.hpp"

using namespace almon;
using namespace almon::load;

namespace {

constexpr auto number = "00000001000000ab";

Template::Values values() {
    Template::Values filled;
    filled.set(Slot::local, "192.0.2.9:6000")
        .set(Slot::user, "user1")
        .set(Slot::callee, "user2")
        .set(Slot::number, number)
        .set(Slot::cseq, "2")
        .set(Slot::expires, "120")
        .set(Slot::credentials, "Authorization: Digest x=\"y\"\r\n")
        .set(Slot::uri, "sip:user2@192.0.2.9:7000")
        .set(Slot::routes, "Route: <sip:192.0.2.1;lr>\r\n")
        .set(Slot::from, "<sip:user1@example.com>;tag=a")
        .set(Slot::to, "<sip:user2@example.com>;tag=b")
        .set(Slot::call_id, "c")
        .set(Slot::branch, "z9hG4bKd");
    return filled;
}

sip::Message printed(const Template& request) {
    const auto text = print_text([&](base::Printer& out) { request.print(values(), out); });
    return sip::Message::parse(text, sip::Message::Ends::with_content_length).value();
}

Requests requests(sip::Transport transport = sip::Transport::udp) {
    auto plan = plan_for(Kind::call);
    plan.transport = transport;
    return Requests::of(plan, {.lanes = {caller_at}, .callee = callee_at}, "SALT");
}

std::string field(const sip::Message& message, const char* name) {
    const auto* const found = message.find_field(sip::HeaderName(name));
    return found == nullptr ? "none" : std::string(message.value(*found));
}

}  // namespace

TEST_CASE("every request is one that our own parser takes, with what its purpose needs") {
    const auto all = requests();
    struct Row {
        const Template& request;
        const char* start;
        const char* branch;
        const char* call_id;
    };
    const std::string ours = "SALT" + std::string(number);
    for (const auto& [request, start, branch, call_id] :
         {Row{all.registration, "REGISTER sip:example.com SIP/2.0", "-2", nullptr},
          Row{all.options, "OPTIONS sip:user2@192.0.2.9:7000 SIP/2.0", "-2", nullptr},
          Row{all.invite, "INVITE sip:user2@example.com SIP/2.0", "-2", nullptr},
          Row{all.acknowledgement, "ACK sip:user2@192.0.2.9:7000 SIP/2.0", "-ack", nullptr},
          Row{all.bye, "BYE sip:user2@192.0.2.9:7000 SIP/2.0", "-2", nullptr},
          Row{all.refusal_ack, "ACK sip:user2@192.0.2.9:7000 SIP/2.0", nullptr, "c"}}) {
        CAPTURE(start);
        const auto message = printed(request);
        CHECK(start_line(message.octets()) == start);
        const auto envelope = sip::read_envelope(message);
        REQUIRE(envelope);
        CHECK(envelope->via.branch == (branch != nullptr ? "z9hG4bK" + ours + branch : "z9hG4bKd"));
        CHECK(envelope->via.has_rport);
        CHECK(envelope->call_id.value() == (call_id != nullptr ? call_id : ours));
        CHECK(envelope->cseq.number == 2);
        CHECK(envelope->cseq.method == message.method());
        CHECK(envelope->max_forwards == 70);
    }
}

TEST_CASE("routes, credentials and sessions stand where they belong") {
    const auto all = requests();
    CHECK(field(printed(all.bye), "Route") == "<sip:192.0.2.1;lr>");
    CHECK(field(printed(all.acknowledgement), "Route") == "<sip:192.0.2.1;lr>");
    CHECK(field(printed(all.refusal_ack), "Route") == "none");
    for (const auto* request : {&all.registration, &all.options, &all.invite, &all.acknowledgement, &all.bye})
        CHECK(field(printed(*request), "Authorization") == "Digest x=\"y\"");
    CHECK(field(printed(all.registration), "Expires") == "120");
    CHECK(printed(all.invite).body().starts_with("v=0\r\n"));
    CHECK(printed(all.bye).body().empty());
}

TEST_CASE("a contact says that it wants TCP") {
    const auto contact = [](const sip::Message& message) {
        return std::string(message.get<sip::Contact>().value().address.uri.text());
    };
    CHECK(contact(printed(requests().registration)) == "sip:user1@192.0.2.9:6000");
    const auto over_tcp = printed(requests(sip::Transport::tcp).registration);
    CHECK(contact(over_tcp) == "sip:user1@192.0.2.9:6000;transport=tcp");
    CHECK(field(over_tcp, "Via").starts_with("SIP/2.0/TCP "));
}
