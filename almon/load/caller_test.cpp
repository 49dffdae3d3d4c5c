#include "almon/load/caller.hpp"

#include <array>

#include "almon/load/test_world.hpp"
#include "almon/sip/digest/server.hpp"
#include "almon/sip/headers/from_to.hpp"

using namespace almon;
using namespace almon::load;

namespace {

using Times = std::vector<long>;

// Answers requests of that method with these responses in turn, and lets the server do the rest.
auto answers(const char* method, std::vector<sip::Status> statuses) {
    return [=, next = std::size_t{0}](const World::Message& request) mutable -> std::optional<std::string> {
        if (!request.is(method) || next == statuses.size()) return {};
        return reply_to(request.octets, {.status = statuses[next++], .to_tag = sip::Tag("b")});
    };
}

// Of messages that begin so, the first ones get lost.
auto loses_first(const char* beginning, int count) {
    return [=, left = count](const World::Message& message) mutable {
        return message.is(beginning) && left-- > 0;
    };
}

auto never_answers(const char* method) {
    return [=](const World::Message& request) -> std::optional<std::string> {
        if (request.is(method)) return "";
        return {};
    };
}

std::string field(const std::string& octets, const char* name) {
    const auto message = sip::Message::parse(octets).value();
    const auto* const found = message.find_field(sip::HeaderName(name));
    return found == nullptr ? "none" : std::string(message.value(*found));
}

// A server that asks for digest, and judges what comes back.
struct Guard {
    explicit Guard(sip::HeaderName its_field) : field(its_field) {}

    std::optional<std::string> judge(const World& world, const World::Message& request,
                                     bool ask_again = false) {
        const auto message = sip::Message::parse(request.octets).value();
        const auto credentials = field.text().starts_with("WWW") ? read<sip::Authorization>(message)
                                                                 : read<sip::ProxyAuthorization>(message);
        const sip::digest::Subject subject{message.method().value(), message.request_uri(), message.body()};
        if (credentials && !ask_again &&
            server.verify(*credentials, subject, &secret, world.now).finding == sip::digest::Finding::ok)
            return {};
        const auto lines = print_text([&](base::Printer& out) {
            server.challenge(field, sip::digest::Stale{ask_again}, world.now, out);
        });
        const auto status = field.text().starts_with("WWW") ? sip::status::unauthorized
                                                            : sip::status::proxy_authentication_required;
        return reply_to(request.octets, {.status = status, .to_tag = sip::Tag("g"), .fields = lines});
    }
    template <class Header>
    static std::optional<sip::Credentials> read(const sip::Message& message) {
        const auto found = message.get<Header>();
        return found ? std::optional<sip::Credentials>(*found) : std::nullopt;
    }

    sip::HeaderName field;
    base::Random random{2};
    sip::digest::NonceLedger nonces{base::MacKey{}, 0, base::Instant{}};
    sip::digest::Server server{"guarded", {sip::digest::Algorithm::md5}, nonces, random};
    sip::digest::Secret secret{"user1", "guarded", "secret"};
};

Plan with_password(Kind kind) {
    auto plan = plan_for(kind);
    plan.password = "secret";
    plan.users = 1;
    return plan;
}

}  // namespace

TEST_CASE("a registration is a REGISTER and its 200") {
    World world(plan_for(Kind::registration));
    REQUIRE(world.run());
    const auto& tally = world.traffic.result();
    CHECK(tally.ok == 1);
    CHECK(tally.failed() == 0);
    CHECK(tally.answer.max() == 2ms);
    CHECK(world.log.size() == 1);
    CHECK(field(world.log[0].octets, "Contact") == "<sip:user1@192.0.2.9:6000>");
}

TEST_CASE("OPTIONS ask the server, or a user") {
    auto plan = plan_for(Kind::options);
    plan.users = 0;
    World server(plan);
    REQUIRE(server.run());
    CHECK(server.sent("OPTIONS sip:example.com SIP/2.0") == 1);
    World user(plan_for(Kind::options));
    REQUIRE(user.run());
    CHECK(user.sent("OPTIONS sip:user1@example.com SIP/2.0") == 1);
    CHECK(field(user.log[0].octets, "To") == "<sip:user1@example.com>");
}

TEST_CASE("a call goes through the server and back, in both directions as the RFC says") {
    World world(plan_for(Kind::call));
    REQUIRE(world.run());
    const auto& tally = world.traffic.result();
    CHECK(tally.ok == 1);
    CHECK(tally.failed() + tally.unexpected + tally.retransmissions == 0);
    CHECK(world.traffic.preparation().ok == 2);
    for (const auto* message : {"INVITE sip:user1@example.com", "SIP/2.0 180", "ACK sip:load@192.0.2.9:7000",
                                "BYE sip:load@192.0.2.9:7000"})
        CHECK(world.sent(message) == 1);
    CHECK(tally.answer.max() == 4ms);
    CHECK(tally.ending.max() == 4ms);
    // Route set in reverse order; the ACK has the INVITE's CSeq number.
    for (const auto* method : {"ACK", "BYE"}) {
        const auto& request = world.first(method);
        CHECK(request.find("Route: <sip:192.0.2.1;lr;n=1>\r\nRoute: <sip:192.0.2.1;lr;n=2>\r\n") !=
              request.npos);
        CHECK(field(request, "To").find(";tag=") != std::string::npos);
    }
    CHECK(field(world.first("ACK"), "CSeq") == "1 ACK");
    CHECK(field(world.first("BYE"), "CSeq") == "2 BYE");
}

TEST_CASE("a call is held as long as the plan says") {
    auto plan = plan_for(Kind::call);
    plan.ring = 2s;
    plan.hold = 5s;
    World world(plan);
    REQUIRE(world.run());
    CHECK(world.traffic.result().ok == 1);
    CHECK(world.traffic.result().answer.max() >= 2s);
    CHECK(world.sent_at_ms("BYE")[0] - world.sent_at_ms("ACK")[0] >= 5'000);
    CHECK(world.sent("INVITE") == 1);
}

TEST_CASE("every final response but a 2xx fails a unit under its status, and an INVITE's gets its ACK") {
    for (const std::uint16_t code : std::initializer_list<std::uint16_t>{302, 404, 486, 500, 503, 603, 699}) {
        CAPTURE(code);
        World call(plan_for(Kind::call));
        call.script = answers("INVITE", {sip::Status(code)});
        REQUIRE(call.run());
        CHECK(call.traffic.result().refused[code] == 1);
        CHECK(call.traffic.result().failed() == 1);
        const auto& invite = call.first("INVITE");
        const auto& ack = call.first("ACK");
        CHECK(start_line(ack) == "ACK sip:user1@example.com SIP/2.0");
        for (const auto* name : {"Via", "From", "Call-ID"}) CHECK(field(ack, name) == field(invite, name));
        CHECK(field(ack, "To") == "<sip:user1@example.com>;tag=b");
        CHECK(field(ack, "CSeq") == "1 ACK");

        World registration(plan_for(Kind::registration));
        registration.script = answers("REGISTER", {sip::Status(code)});
        REQUIRE(registration.run());
        CHECK(registration.traffic.result().refused[code] == 1);
        CHECK(registration.sent("ACK") == 0);
    }
}

TEST_CASE("without any answer a request is sent again by the RFC's timers, then it has timed out") {
    World registration(plan_for(Kind::registration));
    registration.script = never_answers("REGISTER");
    REQUIRE(registration.run());
    CHECK(registration.sent_at_ms("REGISTER") ==
          Times{0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500});
    CHECK(registration.traffic.result().timeouts == 1);
    CHECK(registration.traffic.result().retransmissions == 10);
    CHECK(registration.now - World::start >= 32s);

    World call(plan_for(Kind::call));
    call.script = never_answers("INVITE");
    REQUIRE(call.run());
    const auto first = call.sent_at_ms("INVITE")[0];
    auto times = call.sent_at_ms("INVITE");
    for (auto& time : times) time -= first;
    CHECK(times == Times{0, 500, 1500, 3500, 7500, 15500, 31500});
    CHECK(call.traffic.result().timeouts == 1);
}

TEST_CASE("over TCP nothing is sent again, and the time-out stays") {
    auto plan = plan_for(Kind::registration);
    plan.transport = sip::Transport::tcp;
    World world(plan);
    world.script = never_answers("REGISTER");
    REQUIRE(world.run());
    CHECK(world.sent("REGISTER") == 1);
    CHECK(world.traffic.result().timeouts == 1);
    CHECK(world.now - World::start >= 32s);
}

TEST_CASE("a provisional response stops the repeats of an INVITE and slows down those of a BYE") {
    World invite(plan_for(Kind::call));
    invite.script = answers("INVITE", {sip::status::ringing});
    REQUIRE(invite.run());
    CHECK(invite.sent("INVITE") == 1);
    CHECK(invite.traffic.result().timeouts == 1);

    World options(plan_for(Kind::options));
    options.script = [](const World::Message& request) -> std::optional<std::string> {
        return reply_to(request.octets, {.status = sip::status::trying});
    };
    REQUIRE(options.run());
    CHECK(options.sent_at_ms("OPTIONS") == Times{0, 500, 4500, 8500, 12500, 16500, 20500, 24500, 28500});
    CHECK(options.traffic.result().timeouts == 1);
}

TEST_CASE("whatever gets lost once, a call comes to its end") {
    for (const auto* lost : {"INVITE", "SIP/2.0 180", "SIP/2.0 200", "ACK", "BYE"}) {
        for (const int count : {1, 2}) {
            CAPTURE(lost);
            CAPTURE(count);
            auto plan = plan_for(Kind::call);
            plan.hold = 10s;
            World world(plan);
            world.loses = loses_first(lost, count);
            REQUIRE(world.run());
            CHECK(world.traffic.result().ok == 1);
            CHECK(world.traffic.result().failed() == 0);
        }
    }
}

TEST_CASE("a 2xx that comes again is acknowledged again") {
    auto plan = plan_for(Kind::call);
    plan.hold = 3s;
    World world(plan);
    world.loses = loses_first("ACK", 1);
    REQUIRE(world.run());
    CHECK(world.sent("ACK") == 2);
    CHECK(world.sent("BYE") == 1);
    CHECK(world.traffic.result().unexpected == 1);
}

TEST_CASE("a refusal that comes again is acknowledged again, though its call is long forgotten") {
    World world(plan_for(Kind::call, 2));
    world.plan.rate = 1;
    std::string refusal;
    world.script = [&](const World::Message& request) -> std::optional<std::string> {
        if (!request.is("INVITE")) return {};
        if (refusal.empty()) return refusal = reply_to(request.octets, {.status = sip::status::busy_here});
        world.deliver(0, caller_at, refusal);
        return {};
    };
    REQUIRE(world.run());
    CHECK(world.sent("ACK sip:user1@example.com") == 2);
    CHECK(world.traffic.result().unexpected == 1);
    CHECK(world.traffic.result().ok == 1);
}

TEST_CASE("answers that come too late, or from another run, are counted and harmless") {
    World world(plan_for(Kind::registration));
    world.script = [&](const World::Message& request) -> std::optional<std::string> {
        const auto response = reply_to(request.octets, {});
        auto foreign = response;
        foreign.replace(foreign.find("z9hG4bK") + 7, 3, "???");
        for (const auto& text : {foreign, response, response, std::string("SIP/2.0 200 OK\r\n\r\n")})
            world.deliver(0, caller_at, text);
        return "";
    };
    REQUIRE(world.run());
    world.step(world.now + 1s);
    CHECK(world.traffic.result().ok == 1);
    CHECK(world.traffic.result().unexpected == 3);
}

TEST_CASE("a 2xx that no dialog can be made of is a failure of its own") {
    World world(plan_for(Kind::call));
    world.script = answers("INVITE", {sip::status::ok});  // without a Contact
    REQUIRE(world.run());
    CHECK(world.traffic.result().broken == 1);
    CHECK(world.traffic.result().failed() == 1);
    CHECK(world.traffic.outstanding() == 0);
}

TEST_CASE("without Record-Route the callee is asked directly, as it is ours") {
    World world(plan_for(Kind::call));
    world.records_route = false;
    REQUIRE(world.run());
    CHECK(world.traffic.result().ok == 1);
    for (const auto* method : {"ACK", "BYE"}) CHECK(world.find(method).to == callee_at);
    CHECK(world.find("INVITE").to == server_at);
}

TEST_CASE("a remote target that is not ours is asked by way of the server only") {
    World world(plan_for(Kind::call));
    world.script = [](const World::Message& request) -> std::optional<std::string> {
        if (request.is("REGISTER")) return {};
        return reply_to(request.octets,
                        {.to_tag = sip::Tag("b"), .fields = "Contact: <sip:bob@198.51.100.1>\r\n"});
    };
    REQUIRE(world.run());
    CHECK(world.traffic.result().ok == 1);
    for (const auto* method : {"ACK", "BYE"}) {
        CHECK(world.find(method).to == server_at);
        CHECK(start_line(world.first(method)) == std::string(method) + " sip:bob@198.51.100.1 SIP/2.0");
    }
}

TEST_CASE(
    "a challenge is answered for REGISTER, INVITE and BYE, and the ACK repeats the INVITE's credentials") {
    for (const bool by_proxy : {false, true}) {
        CAPTURE(by_proxy);
        Guard guard(by_proxy ? sip::ProxyAuthenticate::name : sip::WwwAuthenticate::name);
        World world(with_password(Kind::call));
        world.script = [&](const World::Message& request) -> std::optional<std::string> {
            return request.is("ACK") ? std::nullopt : guard.judge(world, request);
        };
        REQUIRE(world.run());
        CHECK(world.traffic.preparation().ok == 1);
        CHECK(world.traffic.result().ok == 1);
        CHECK(world.traffic.result().failed() == 0);
        for (const auto* method : {"INVITE", "BYE"}) CHECK(world.sent(method) == 2);
        CHECK(world.sent("REGISTER") == 4);  // the callee came and went
        CHECK(world.sent("ACK sip:user1@example.com") == 1);
        const auto* const name = by_proxy ? "Proxy-Authorization" : "Authorization";
        const auto& ack = world.first("ACK sip:load");
        const auto accepted = std::ranges::find_if(world.log, [&](const auto& one) {
            return one.is("INVITE sip:user1@example.com") && field(one.octets, name) != "none";
        });
        REQUIRE(accepted != world.log.end());
        CHECK(field(ack, name) == field(accepted->octets, name));
        CHECK(field(ack, "CSeq") == "2 ACK");
    }
}

TEST_CASE("a stale nonce is tried again, a wrong password is not") {
    Guard guard(sip::WwwAuthenticate::name);
    World stale(with_password(Kind::registration));
    int asked = 0;
    stale.script = [&](const World::Message& request) { return guard.judge(stale, request, ++asked == 2); };
    REQUIRE(stale.run());
    CHECK(stale.sent("REGISTER") == 3);
    CHECK(stale.traffic.result().ok == 1);

    auto plan = with_password(Kind::registration);
    plan.password = "wrong";
    World wrong(plan);
    wrong.script = [&](const World::Message& request) { return guard.judge(wrong, request); };
    REQUIRE(wrong.run());
    CHECK(wrong.sent("REGISTER") == 2);
    CHECK(wrong.traffic.result().refused[401] == 1);
}

TEST_CASE("without a password a challenge is a failure") {
    Guard guard(sip::WwwAuthenticate::name);
    World world(plan_for(Kind::registration));
    world.script = [&](const World::Message& request) { return guard.judge(world, request); };
    REQUIRE(world.run());
    CHECK(world.sent("REGISTER") == 1);
    CHECK(world.traffic.result().refused[401] == 1);
}

TEST_CASE("a lost connection fails the units that used it, and no others") {
    auto plan = plan_for(Kind::registration, 4);
    plan.window = 4;
    plan.source_ports = 2;
    World world(plan);
    world.script = [&, lost = false](const World::Message& request) mutable -> std::optional<std::string> {
        if (!std::exchange(lost, true)) world.traffic.lose(1);
        if (request.lane == 1) return "";
        return {};
    };
    REQUIRE(world.run());
    CHECK(world.traffic.result().lost == 2);
    CHECK(world.traffic.result().ok == 2);
}
